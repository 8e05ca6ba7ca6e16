package io.skald.common.http;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The web sockets of a server, so that it can say goodbye. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // the listener needs no confirmation
final class OpenSockets {
  private final Set<WebSocketConnection> open = ConcurrentHashMap.newKeySet();

  void opened(Channel channel, WebSocketConnection socket) {
    open.add(socket);
    channel.closeFuture().addListener(_ -> open.remove(socket));
  }

  void closeAll(int status, String reason) {
    open.forEach(socket -> socket.close(status, reason));
  }
}

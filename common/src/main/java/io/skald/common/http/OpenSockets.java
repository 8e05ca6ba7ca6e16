package io.skald.common.http;

import io.netty.channel.Channel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The web sockets of a server, so that it can say goodbye. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // the listener needs no confirmation
final class OpenSockets {
  private final Set<WebSocketConnection> open = ConcurrentHashMap.newKeySet();
  private final LongAdder opened = new LongAdder();

  void opened(Channel channel, WebSocketConnection socket) {
    open.add(socket);
    opened.increment();
    channel.closeFuture().addListener(_ -> open.remove(socket));
  }

  int open() {
    return open.size();
  }

  /** Returns how many were opened since the start. */
  long opened() {
    return opened.sum();
  }

  void closeAll(int status, String reason) {
    open.forEach(socket -> socket.close(status, reason));
  }
}

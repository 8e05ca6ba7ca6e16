package io.skald.common.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts connections, of all clients and of each, and holds them to their limits. */
final class ConnectionCounts {
  /** A client has a whole /64 of IPv6 addresses. */
  private static final int IPV6_PREFIX_BYTES = 8;

  private final int max;
  private final int maxPerAddress;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentMap<ByteBuffer, Integer> openByAddress = new ConcurrentHashMap<>();
  private final LongAdder refused = new LongAdder();
  private final LongAdder failedHandshakes = new LongAdder();
  private final LongAdder timedOut = new LongAdder();

  ConnectionCounts(int max, int maxPerAddress) {
    this.max = max;
    this.maxPerAddress = maxPerAddress;
  }

  /** Counts a connection, or says that it is one too many; what was counted must be closed. */
  boolean tryOpen(InetAddress client) {
    if (open.incrementAndGet() <= max) {
      if (openByAddress.merge(key(client), 1, Integer::sum) <= maxPerAddress) {
        return true;
      }
      leave(client);
    }
    open.decrementAndGet();
    refused.increment();
    return false;
  }

  void closed(InetAddress client) {
    open.decrementAndGet();
    leave(client);
  }

  private void leave(InetAddress client) {
    openByAddress.computeIfPresent(key(client), (_, count) -> count == 1 ? null : count - 1);
  }

  private static ByteBuffer key(InetAddress client) {
    byte[] address = client.getAddress();
    return ByteBuffer.wrap(
        client instanceof Inet6Address ? Arrays.copyOf(address, IPV6_PREFIX_BYTES) : address);
  }

  void handshakeFailed() {
    failedHandshakes.increment();
  }

  void timedOut() {
    timedOut.increment();
  }

  HttpServerStatistics statistics(Drain drain, OpenSockets sockets, BodyBudget budget) {
    return new HttpServerStatistics(
        open.get(),
        refused.sum(),
        failedHandshakes.sum(),
        timedOut.sum(),
        drain.running(),
        sockets.open(),
        sockets.opened(),
        budget.heldBytes());
  }
}

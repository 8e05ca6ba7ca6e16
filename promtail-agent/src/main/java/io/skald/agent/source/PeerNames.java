package io.skald.agent.source;

import io.skald.common.collect.Latest;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The names of hosts by their addresses. A name server that is slow holds a message up for a
 * moment, and once for each host; the name is there for later ones. Thread-safe.
 */
public final class PeerNames {
  private static final int MAX_KNOWN = 4096;
  private static final long PATIENCE_MILLIS = 500;

  private final Map<InetAddress, CompletableFuture<String>> known = Latest.used(MAX_KNOWN);

  /** Returns the name of a host, "" if it has none or that is not known in time. */
  public String of(InetAddress address) throws InterruptedException {
    CompletableFuture<String> name;
    boolean waits = false;
    synchronized (known) {
      name = known.get(address);
      if (name == null) {
        name = new CompletableFuture<>();
        known.put(address, name);
        waits = true;
        CompletableFuture<String> asked = name;
        Thread.ofVirtual().name("peer-name").start(() -> asked.complete(resolve(address)));
      }
    }
    try {
      return waits ? name.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS) : name.getNow("");
    } catch (TimeoutException | ExecutionException | CompletionException _) {
      return "";
    }
  }

  /** An address without a name is answered by itself. */
  private static String resolve(InetAddress address) {
    String name = address.getCanonicalHostName();
    return name.equals(address.getHostAddress()) ? "" : name;
  }
}

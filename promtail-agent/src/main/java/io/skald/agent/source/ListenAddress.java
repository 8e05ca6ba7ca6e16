package io.skald.agent.source;

import java.net.InetSocketAddress;

/** Addresses as Go writes them: {@code host:port}, {@code :port}, {@code [::1]:port}. */
public final class ListenAddress {
  private static final int MAX_PORT = 65535;

  private ListenAddress() {}

  /** Returns host and port as they are written. */
  public static String textOf(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException naming the key
   */
  public static InetSocketAddress parse(String key, String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (colon >= 0 && port >= 0 && port <= MAX_PORT) {
        String plain =
            host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
        return plain.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(plain, port);
      }
    } catch (NumberFormatException _) {
      // told below
    }
    throw new IllegalArgumentException(key + " must be like 0.0.0.0:1514: '" + address + "'");
  }
}

package io.skald.common.tls;

import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * What a connection over TLS is made from, for a library that makes its engines itself.
 *
 * @param protocols the versions that are on
 * @param suites the cipher suites that are on; empty for those of the JDK
 * @param clients whether a server looks at certificates of clients
 */
public record TlsSettings(
    SSLContext context, List<String> protocols, List<String> suites, Clients clients) {
  /** How a server treats certificates of clients. */
  public enum Clients {
    NOT_ASKED,
    ASKED,
    REQUIRED
  }

  public TlsSettings {
    protocols = List.copyOf(protocols);
    suites = List.copyOf(suites);
  }

  /** Returns the settings of a client. */
  public static TlsSettings ofClient(SSLContext context) {
    return new TlsSettings(context, List.of(ServerTls.protocols("")), List.of(), Clients.NOT_ASKED);
  }
}

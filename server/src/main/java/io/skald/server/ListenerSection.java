package io.skald.server;

import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;
import java.time.Duration;
import java.util.List;

/**
 * The keys of the {@code server} block about what the listener bears and about its TLS. Limits are
 * checked where they hold, by {@link io.skald.common.http.HttpServerConfig}.
 *
 * @param httpServerReadHeaderTimeout how long the head of a request may take to arrive
 * @param httpServerWriteTimeout how long an answer may take to leave
 * @param httpListenConnLimit connections at one time
 * @param httpListenConnLimitPerAddress of these, from one client address
 * @param httpMaxHeaderBytes of one request
 * @param httpMaxHeaders header fields of one request
 * @param httpMaxInflightBodyBytes request bodies at one time
 * @param httpCorsAllowedOrigins whose scripts may read answers; {@code *} is everybody
 * @param httpTlsConfig certificate and key; without, connections are plain
 * @param httpTlsHandshakeTimeout how long a TLS handshake may take
 * @param tlsMinVersion {@code VersionTLS12} or {@code VersionTLS13}
 * @param tlsCipherSuites for TLS 1.2, with commas between; empty takes the JDK's
 * @param adminListenAddress of the listener for what concerns the whole process
 * @param adminListenPort 0: there is none, and the main one serves that too
 */
public record ListenerSection(
    Duration httpServerReadHeaderTimeout,
    Duration httpServerWriteTimeout,
    int httpListenConnLimit,
    int httpListenConnLimitPerAddress,
    long httpMaxHeaderBytes,
    int httpMaxHeaders,
    long httpMaxInflightBodyBytes,
    List<String> httpCorsAllowedOrigins,
    ServerTlsConfig httpTlsConfig,
    Duration httpTlsHandshakeTimeout,
    String tlsMinVersion,
    String tlsCipherSuites,
    String adminListenAddress,
    int adminListenPort) {
  static final ListenerSection DEFAULTS =
      new ListenerSection(
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          4096,
          2048,
          128 << 10,
          256,
          128 << 20,
          List.of(),
          ServerTlsConfig.DEFAULTS,
          Duration.ofSeconds(10),
          "VersionTLS12",
          "",
          "127.0.0.1",
          0);

  private static final int MAX_PORT = 65_535;
  private static final long MAX_HEADER_BYTES = 16 << 20;

  public ListenerSection {
    ServerTls.protocols(tlsMinVersion);
    ServerTls.suites(tlsCipherSuites);
    if (adminListenPort < 0 || adminListenPort > MAX_PORT) {
      throw new IllegalArgumentException(
          "server.admin_listen_port must be 0 to 65535: " + adminListenPort);
    }
    if (httpMaxHeaderBytes > MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "server.http_max_header_bytes must be at most 16MB: " + httpMaxHeaderBytes);
    }
  }
}

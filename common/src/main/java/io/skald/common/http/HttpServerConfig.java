package io.skald.common.http;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How a server listens and what it bears.
 *
 * @param address host or address to bind; empty binds all
 * @param port 0 picks a free one
 * @param maxHeaderBytes of one request
 * @param maxHeaders how many fields the head of one request may have
 * @param idleTimeout how long a connection may be silent between requests
 * @param readHeaderTimeout how long the head of a request may take to arrive, from its first byte
 * @param readTimeout how long one request may take to arrive, from its first byte to its last
 * @param writeTimeout how long one answer may take to leave
 * @param handshakeTimeout how long a TLS handshake may take
 * @param maxConnections more are closed at once
 * @param maxConnectionsPerAddress of one client address; more are closed at once
 * @param maxInflightBodyBytes of all request bodies together; more are refused with 503
 * @param corsAllowedOrigins whose scripts may read answers; {@code *} is everybody, without
 *     credentials
 * @param compressResponses whether clients that accept gzip get it for larger answers
 */
public record HttpServerConfig(
    String address,
    int port,
    int maxHeaderBytes,
    int maxHeaders,
    Duration idleTimeout,
    Duration readHeaderTimeout,
    Duration readTimeout,
    Duration writeTimeout,
    Duration handshakeTimeout,
    int maxConnections,
    int maxConnectionsPerAddress,
    long maxInflightBodyBytes,
    List<String> corsAllowedOrigins,
    boolean compressResponses) {
  public static final HttpServerConfig DEFAULTS =
      new HttpServerConfig(
          "127.0.0.1",
          0,
          128 << 10,
          256,
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          4096,
          2048,
          128L << 20,
          List.of(),
          true);

  /** Scheme, host and perhaps port, as browsers send it: in lower case, without a path. */
  private static final Pattern ORIGIN = Pattern.compile("https?://[^/@?#A-Z\\s]+");

  public HttpServerConfig {
    corsAllowedOrigins = List.copyOf(corsAllowedOrigins);
    corsAllowedOrigins.forEach(HttpServerConfig::checkOrigin);
    if (maxHeaderBytes < 64 << 10) {
      throw new IllegalArgumentException(
          "http_max_header_bytes must be at least 64KB, clients send large header sets: "
              + maxHeaderBytes);
    }
    if (maxHeaders < 32) {
      throw new IllegalArgumentException(
          "http_max_headers must be at least 32, proxies add some: " + maxHeaders);
    }
    positive("http_server_idle_timeout", idleTimeout);
    positive("http_server_read_header_timeout", readHeaderTimeout);
    positive("http_server_read_timeout", readTimeout);
    positive("http_server_write_timeout", writeTimeout);
    positive("http_tls_handshake_timeout", handshakeTimeout);
    positive("http_listen_conn_limit", maxConnections);
    positive("http_listen_conn_limit_per_address", maxConnectionsPerAddress);
    positive("http_max_inflight_body_bytes", maxInflightBodyBytes);
  }

  private static void checkOrigin(String origin) {
    if (!origin.equals("*") && !ORIGIN.matcher(origin).matches()) {
      throw new IllegalArgumentException(
          "http_cors_allowed_origins must be like https://grafana.example:3000, or *: " + origin);
    }
  }

  private static void positive(String key, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(key + " must be positive: " + duration);
    }
  }

  private static void positive(String key, long count) {
    if (count < 1) {
      throw new IllegalArgumentException(key + " must be at least 1: " + count);
    }
  }
}

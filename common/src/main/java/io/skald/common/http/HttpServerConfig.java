package io.skald.common.http;

import java.time.Duration;

/**
 * How a server listens and what it bears.
 *
 * @param address host or address to bind; empty binds all
 * @param port 0 picks a free one
 * @param maxHeaderBytes of one request
 * @param idleTimeout how long a connection may be silent between requests
 * @param readTimeout how long one request may take to arrive, from its first byte to its last
 * @param writeTimeout how long one answer may take to leave
 * @param maxConnections more are closed at once
 * @param maxInflightBodyBytes of all request bodies together; more are refused with 503
 * @param compressResponses whether clients that accept gzip get it for larger answers
 */
public record HttpServerConfig(
    String address,
    int port,
    int maxHeaderBytes,
    Duration idleTimeout,
    Duration readTimeout,
    Duration writeTimeout,
    int maxConnections,
    long maxInflightBodyBytes,
    boolean compressResponses) {
  public static final HttpServerConfig DEFAULTS =
      new HttpServerConfig(
          "127.0.0.1",
          0,
          128 << 10,
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          4096,
          128L << 20,
          true);

  public HttpServerConfig {
    if (maxHeaderBytes < 64 << 10) {
      throw new IllegalArgumentException(
          "max_header_bytes must be at least 65536, clients send large header sets: "
              + maxHeaderBytes);
    }
  }
}

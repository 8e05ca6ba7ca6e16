package io.skald.server;

import java.time.Duration;

/**
 * The {@code server} block.
 *
 * @param httpListenAddress host or address to bind; empty binds all
 * @param httpListenPort 0 picks a free port
 * @param logLevel debug, info, warn or error
 * @param logFormat only {@code logfmt}
 * @param httpServerIdleTimeout how long a kept-alive connection may be silent
 * @param httpServerReadTimeout how long a request may take to arrive
 * @param gracefulShutdownTimeout how long running requests may take after a stop is asked for
 */
public record ServerSection(
    String httpListenAddress,
    int httpListenPort,
    String logLevel,
    String logFormat,
    Duration httpServerIdleTimeout,
    Duration httpServerReadTimeout,
    Duration gracefulShutdownTimeout) {
  static final ServerSection DEFAULTS =
      new ServerSection(
          "",
          3100,
          "info",
          "logfmt",
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30));

  public ServerSection {
    if (httpListenPort < 0 || httpListenPort > 65535) {
      throw new IllegalArgumentException(
          "server.http_listen_port must be 0 to 65535: " + httpListenPort);
    }
    if (!logLevel.matches("debug|info|warn|error")) {
      throw new IllegalArgumentException(
          "server.log_level must be debug, info, warn or error: " + logLevel);
    }
    if (!logFormat.equals("logfmt")) {
      throw new IllegalArgumentException("server.log_format must be logfmt: " + logFormat);
    }
  }
}

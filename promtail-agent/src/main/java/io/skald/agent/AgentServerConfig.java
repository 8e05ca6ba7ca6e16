package io.skald.agent;

import io.skald.common.http.HttpServerConfig;
import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The {@code server} block of the agent: the port that tells how it stands, and its log.
 *
 * @param disable opens no port
 * @param httpListenAddress host or address to bind; empty binds all
 * @param httpListenPort 0 picks a free one
 * @param httpPathPrefix stands before the path of every page
 * @param externalUrl under which others reach the port, for links; empty if as it is
 * @param logLevel debug, info, warn or error
 * @param logFormat logfmt or json
 * @param healthCheckTarget whether {@code /ready} waits for something to be followed
 * @param enableRuntimeReload whether {@code /reload} reads the file again
 * @param registerInstrumentation whether there is {@code /metrics}
 * @param gracefulShutdownTimeout how long a stop waits for the servers; then the rest stays on disk
 * @param httpServerIdleTimeout how long a kept-alive connection may be silent
 * @param httpServerReadTimeout how long a request may take to arrive
 * @param httpServerWriteTimeout how long an answer may take to leave
 * @param httpListenConnLimit connections at one time
 * @param httpTlsConfig certificate and key; without, connections are plain
 * @param tlsMinVersion {@code VersionTLS12} or {@code VersionTLS13}
 * @param tlsCipherSuites for TLS 1.2, with commas between; empty takes the JDK's
 */
public record AgentServerConfig(
    boolean disable,
    String httpListenAddress,
    int httpListenPort,
    String httpPathPrefix,
    String externalUrl,
    String logLevel,
    String logFormat,
    boolean healthCheckTarget,
    boolean enableRuntimeReload,
    boolean registerInstrumentation,
    Duration gracefulShutdownTimeout,
    Duration httpServerIdleTimeout,
    Duration httpServerReadTimeout,
    Duration httpServerWriteTimeout,
    int httpListenConnLimit,
    ServerTlsConfig httpTlsConfig,
    String tlsMinVersion,
    String tlsCipherSuites) {
  private static final List<String> LEVELS = List.of("debug", "info", "warn", "error");
  private static final int MAX_PORT = 65_535;

  /** A path of plain segments, without a slash at its end. */
  private static final Pattern PREFIX = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

  public AgentServerConfig {
    require(
        httpListenPort >= 0 && httpListenPort <= MAX_PORT,
        "server.http_listen_port must be 0 to 65535: " + httpListenPort);
    String prefix = httpPathPrefix.replaceAll("/+$", "");
    httpPathPrefix = prefix.isEmpty() || prefix.startsWith("/") ? prefix : "/" + prefix;
    require(
        PREFIX.matcher(httpPathPrefix).matches(),
        "server.http_path_prefix must be a path like /agent: " + httpPathPrefix);
    require(
        LEVELS.contains(logLevel),
        "server.log_level must be debug, info, warn or error: " + logLevel);
    require(
        logFormat.equals("logfmt") || logFormat.equals("json"),
        "server.log_format must be logfmt or json: " + logFormat);
    require(
        !gracefulShutdownTimeout.isNegative(),
        "server.graceful_shutdown_timeout must not be negative: " + gracefulShutdownTimeout);
    checkUrl(externalUrl);
    ServerTls.protocols(tlsMinVersion);
    ServerTls.suites(tlsCipherSuites);
  }

  public static AgentServerConfig defaults() {
    HttpServerConfig http = HttpServerConfig.DEFAULTS;
    return new AgentServerConfig(
        false,
        "",
        80,
        "",
        "",
        "info",
        "logfmt",
        true,
        false,
        true,
        Duration.ofSeconds(20),
        http.idleTimeout(),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        256,
        ServerTlsConfig.DEFAULTS,
        "VersionTLS12",
        "");
  }

  private static void checkUrl(String url) {
    try {
      require(
          url.isEmpty() || URI.create(url).getScheme() != null,
          "server.external_url must be like https://agents.example/node-1: " + url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "server.external_url must be like https://agents.example/node-1: " + url, e);
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Returns the settings of the port. */
  public HttpServerConfig http() {
    HttpServerConfig standard = HttpServerConfig.DEFAULTS;
    return new HttpServerConfig(
        httpListenAddress,
        httpListenPort,
        standard.maxHeaderBytes(),
        standard.maxHeaders(),
        httpServerIdleTimeout,
        standard.readHeaderTimeout(),
        httpServerReadTimeout,
        httpServerWriteTimeout,
        standard.handshakeTimeout(),
        httpListenConnLimit,
        httpListenConnLimit,
        1 << 20, // no page takes a body worth the name
        standard.corsAllowedOrigins(),
        standard.compressResponses());
  }

  /** Tells whether the address is the one that nobody chose. */
  public boolean listensByDefault() {
    AgentServerConfig standard = defaults();
    return httpListenAddress.equals(standard.httpListenAddress)
        && httpListenPort == standard.httpListenPort;
  }
}

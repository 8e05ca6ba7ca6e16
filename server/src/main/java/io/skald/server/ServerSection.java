package io.skald.server;

import io.skald.common.config.Flat;
import io.skald.common.http.HttpServerConfig;
import io.skald.server.auth.AuthenticationConfig;
import java.time.Duration;

/**
 * The {@code server} block.
 *
 * @param httpListenAddress host or address to bind; empty binds all
 * @param httpListenPort 0 picks a free port
 * @param logLevel debug, info, warn or error
 * @param logFormat logfmt or json
 * @param logRequestAtInfoLevelEnabled whether each request is told at level info; else at debug
 * @param httpServerIdleTimeout how long a kept-alive connection may be silent
 * @param httpServerReadTimeout how long a request may take to arrive
 * @param gracefulShutdownTimeout how long running requests may take after a stop is asked for
 * @param listener what the listener bears, and its TLS
 * @param grpc the port for other processes of a cluster
 */
public record ServerSection(
    String httpListenAddress,
    int httpListenPort,
    String logLevel,
    String logFormat,
    boolean logRequestAtInfoLevelEnabled,
    Duration httpServerIdleTimeout,
    Duration httpServerReadTimeout,
    Duration gracefulShutdownTimeout,
    @Flat ListenerSection listener,
    @Flat GrpcSection grpc) {
  static final ServerSection DEFAULTS =
      new ServerSection(
          "",
          3100,
          "info",
          "logfmt",
          false,
          Duration.ofMinutes(2),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          ListenerSection.DEFAULTS,
          GrpcSection.DEFAULTS);

  public ServerSection {
    if (httpListenPort < 0 || httpListenPort > 65535) {
      throw new IllegalArgumentException(
          "server.http_listen_port must be 0 to 65535: " + httpListenPort);
    }
    if (!Logging.LEVELS.contains(logLevel)) {
      throw new IllegalArgumentException(
          "server.log_level must be debug, info, warn or error: " + logLevel);
    }
    if (!LogFormat.names().contains(logFormat)) {
      throw new IllegalArgumentException("server.log_format must be logfmt or json: " + logFormat);
    }
  }

  /** Returns the settings of the main listener. */
  HttpServerConfig http() {
    return http(httpListenAddress, httpListenPort);
  }

  /** Returns the settings of the listener for administration. */
  HttpServerConfig adminHttp() {
    return http(listener.adminListenAddress(), listener.adminListenPort());
  }

  private HttpServerConfig http(String address, int port) {
    return new HttpServerConfig(
        address,
        port,
        (int) listener.httpMaxHeaderBytes(),
        listener.httpMaxHeaders(),
        httpServerIdleTimeout,
        listener.httpServerReadHeaderTimeout(),
        httpServerReadTimeout,
        listener.httpServerWriteTimeout(),
        listener.httpTlsHandshakeTimeout(),
        listener.httpListenConnLimit(),
        listener.httpListenConnLimitPerAddress(),
        listener.httpMaxInflightBodyBytes(),
        listener.httpCorsAllowedOrigins(),
        HttpServerConfig.DEFAULTS.compressResponses());
  }

  /**
   * Checks that the listener can be made, and that its connections can carry what callers show.
   *
   * @throws IllegalArgumentException if not
   */
  void check(AuthenticationConfig.Type type) {
    adminHttp();
    if (type == AuthenticationConfig.Type.MTLS && !listener.httpTlsConfig().verifiesClients()) {
      throw new IllegalArgumentException(
          "authentication.type mtls needs server.http_tls_config with client_auth_type"
              + " RequireAndVerifyClientCert or VerifyClientCertIfGiven");
    }
  }
}

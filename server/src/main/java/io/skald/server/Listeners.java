package io.skald.server;

import io.skald.common.http.Guard;
import io.skald.common.http.HttpServer;
import io.skald.common.http.HttpServerStatistics;
import io.skald.common.http.Permission;
import io.skald.common.http.RequestObserver;
import io.skald.common.http.Router;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import io.skald.common.tls.ServerTls;
import io.skald.common.tls.ServerTlsConfig;
import io.skald.server.auth.AuthenticationConfig;
import io.skald.server.auth.AuthenticationGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of a process: the main one, perhaps one for administration, with TLS and credentials as
 * configured. Start and close once each.
 */
final class Listeners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /** How often files of certificates and credentials are looked at. */
  private static final Duration RELOAD_PERIOD = Duration.ofSeconds(5);

  private final SkaldConfig config;
  private final FileReloads reloads = new FileReloads();
  private final HttpServer main;

  /** All servers, the main one first. */
  private final List<HttpServer> servers = new ArrayList<>();

  /**
   * @param observer hears of requests
   * @param random makes keys; a secure one
   * @throws IllegalArgumentException if a file of certificates or credentials is no good
   */
  Listeners(
      SkaldConfig config,
      Router router,
      ServerMetrics metrics,
      RequestObserver observer,
      Clock clock,
      RandomGenerator random) {
    this.config = config;
    ListenerSection section = config.server().listener();
    ServerTls tls = tls(section, clock);
    Guard guard =
        AuthenticationGuard.of(
            config.authentication(), config.authEnabled(), reloads, clock, random);
    boolean apart = section.adminListenPort() != 0;
    Router mainRouter =
        apart ? router.only(EnumSet.complementOf(EnumSet.of(Permission.ADMIN))) : router;
    main = new HttpServer(config.server().http(), mainRouter, guard, tls, observer, clock);
    servers.add(main);
    if (apart) {
      Router adminRouter = router.only(EnumSet.of(Permission.ADMIN, Permission.OPEN));
      servers.add(
          new HttpServer(config.server().adminHttp(), adminRouter, guard, tls, observer, clock));
    }
    bind(metrics, tls);
  }

  private @Nullable ServerTls tls(ListenerSection section, Clock clock) {
    ServerTlsConfig tls = section.httpTlsConfig();
    return tls.isEnabled()
        ? new ServerTls(tls, section.tlsMinVersion(), section.tlsCipherSuites(), reloads, clock)
        : null;
  }

  private void bind(ServerMetrics metrics, @Nullable ServerTls tls) {
    metrics.gauge(
        "skald_http_connections",
        "Open connections.",
        () -> sum(HttpServerStatistics::openConnections));
    metrics.gauge(
        "skald_http_requests_in_flight",
        "Requests that are being answered.",
        () -> sum(HttpServerStatistics::runningRequests));
    metrics.gauge(
        "skald_http_websockets",
        "Open connections that are WebSockets.",
        () -> sum(HttpServerStatistics::openWebSockets));
    metrics.counter(
        "skald_http_websockets_opened_total",
        "Connections that became WebSockets.",
        () -> sum(HttpServerStatistics::openedWebSockets));
    metrics.gauge(
        "skald_http_body_bytes",
        "Memory of request bodies.",
        () -> sum(HttpServerStatistics::bodyBytes));
    metrics.gauge(
        "skald_http_body_bytes_limit",
        "Memory of request bodies at which requests are refused, of each port.",
        () -> config.server().listener().httpMaxInflightBodyBytes());
    metrics.counter(
        "skald_http_refused_connections_total",
        "Connections closed at once, beyond the limit of all or of one address.",
        () -> sum(HttpServerStatistics::refusedConnections));
    metrics.counter(
        "skald_http_timed_out_connections_total",
        "Connections cut because a request or an answer took too long, or none came.",
        () -> sum(HttpServerStatistics::timedOutConnections));
    metrics.counter(
        "skald_tls_failed_handshakes_total",
        "TLS handshakes that did not succeed.",
        () -> sum(HttpServerStatistics::failedHandshakes));
    metrics.gauge(
        "skald_tls_certificate_expiry_seconds",
        "When the certificate in use expires, as Unix time; 0 without TLS.",
        () -> tls == null ? 0 : tls.expiresEpochSeconds());
    metrics.counter(
        "skald_file_reloads_total",
        "Changed files of certificates and credentials that were taken over.",
        reloads::reloads);
    metrics.counter(
        "skald_file_reload_failures_total",
        "Changed files of certificates and credentials that were no good.",
        reloads::failures);
    metrics.gauge(
        "skald_file_reload_stale",
        "Files of certificates and credentials that are no good now; what they held is in use.",
        reloads::stale);
  }

  private long sum(ToLongFunction<HttpServerStatistics> figure) {
    return servers.stream().map(HttpServer::statistics).mapToLong(figure).sum();
  }

  /**
   * Listens.
   *
   * @throws IllegalStateException if a port is taken
   */
  void start() {
    servers.forEach(HttpServer::start);
    reloads.start(RELOAD_PERIOD);
    if (servers.size() > 1) {
      LOG.info(
          "administration listens on {}:{}",
          config.server().listener().adminListenAddress(),
          config.server().listener().adminListenPort());
    }
    if (config.authentication().type() != AuthenticationConfig.Type.NONE && !isEncrypted()) {
      LOG.warn(
          "credentials are asked for without TLS: whoever is on their way can read them; set"
              + " server.http_tls_config, or let a proxy on this machine do it");
    }
  }

  private boolean isEncrypted() {
    return config.server().listener().httpTlsConfig().isEnabled();
  }

  /** Returns the URL to reach the main port by. */
  String address() {
    String host = config.server().httpListenAddress();
    boolean everywhere = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    return (isEncrypted() ? "https://" : "http://")
        + (everywhere ? "127.0.0.1" : host)
        + ":"
        + main.port();
  }

  /** Lets running requests finish as long as configured, then closes the ports. */
  @Override
  public void close() {
    reloads.close();
    servers.reversed().forEach(server -> server.close(config.server().gracefulShutdownTimeout()));
  }
}

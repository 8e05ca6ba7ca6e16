package io.skald.server;

import io.skald.agent.AgentServerConfig;
import io.skald.common.http.Guard;
import io.skald.common.http.HttpServer;
import io.skald.common.http.RequestObserver;
import io.skald.common.http.Router;
import io.skald.common.reload.FileReloads;
import io.skald.common.time.Clock;
import io.skald.common.tls.ServerTls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port of an agent. Start and close once each. */
final class AgentPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AgentPort.class);

  /** How often files of certificates are looked at. */
  private static final Duration RELOAD_PERIOD = Duration.ofSeconds(5);

  /** Pages are short: who still reads one at the stop need not be waited for long. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final AgentServerConfig config;
  private final FileReloads reloads = new FileReloads();
  private final @Nullable HttpServer server;
  private boolean open;

  /**
   * @throws IllegalArgumentException if a certificate is no good
   */
  AgentPort(AgentServerConfig config, Router router, RequestObserver observer, Clock clock) {
    this.config = config;
    if (config.disable()) {
      server = null;
      return;
    }
    ServerTls tls =
        config.httpTlsConfig().isEnabled()
            ? new ServerTls(
                config.httpTlsConfig(),
                config.tlsMinVersion(),
                config.tlsCipherSuites(),
                reloads,
                clock)
            : null;
    server = new HttpServer(config.http(), router, Guard.NONE, tls, observer, clock);
  }

  /**
   * Listens. Without a port that somebody chose, a taken or forbidden one only costs the pages.
   *
   * @throws IllegalStateException if the chosen port cannot be had
   */
  void start() {
    if (server == null) {
      return;
    }
    try {
      server.start();
    } catch (IllegalStateException e) {
      if (!config.listensByDefault()) {
        throw e;
      }
      LOG.warn(
          "the agent runs without its pages and metrics: {}. Choose another"
              + " server.http_listen_port, or say server.disable: true",
          e.getMessage());
      return;
    }
    open = true;
    reloads.start(RELOAD_PERIOD);
    LOG.info("listening on port {}", server.port());
  }

  /** Returns the port, or 0 if none is open. */
  int port() {
    return server != null && open ? server.port() : 0;
  }

  @Override
  public void close() {
    reloads.close();
    if (server != null) {
      server.close(PATIENCE);
    }
  }
}

package io.skald.server;

import io.skald.agent.Agent;
import io.skald.agent.AgentConfig;
import io.skald.agent.AgentOptions;
import io.skald.agent.AgentServerConfig;
import io.skald.agent.AgentStatus;
import io.skald.agent.pipeline.StageMetricRegistry;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.push.SendListener;
import io.skald.common.http.Router;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent as a process of its own or beside the server of {@code skald up}. */
public final class AgentProcess implements AutoCloseable {
  /** The job label of files that {@code skald up --tail} follows. */
  public static final String JOB = "files";

  /** A partial line of an idle file becomes an entry after this time in {@code skald up}. */
  private static final Duration PARTIAL_LINE_TIMEOUT = Duration.ofSeconds(2);

  /** How often {@code skald up} looks for new files. */
  private static final Duration SYNC_PERIOD = Duration.ofSeconds(2);

  /** Somebody watches: lines of {@code skald up} go out sooner than in a fleet. */
  private static final Duration BATCH_WAIT = Duration.ofMillis(250);

  /** How long a changed configuration waits for servers; then the rest is sent from the journal. */
  private static final Duration RELOAD_TIMEOUT = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);

  private final Clock clock;
  private final AgentOptions options;
  private final @Nullable Supplier<AgentConfig> file;
  private final @Nullable AgentMetrics metrics;
  private final @Nullable AgentPort port;
  private volatile Running running;
  private boolean closed;

  /** An agent and what it was made from. */
  private record Running(AgentConfig config, Agent agent, StageMetrics stageMetrics) {}

  /** An agent without a port. */
  public AgentProcess(AgentConfig config, Clock clock) {
    this(config, clock, AgentOptions.NONE);
  }

  /** An agent without a port. */
  public AgentProcess(AgentConfig config, Clock clock, AgentOptions options) {
    this(config, clock, options, null);
  }

  /**
   * @param file reads the configuration again, and throws {@link
   *     io.skald.common.config.ConfigException} if it is no good; null for an agent without a port
   */
  public AgentProcess(
      AgentConfig config, Clock clock, AgentOptions options, @Nullable Supplier<AgentConfig> file) {
    this.clock = clock;
    this.options = options;
    this.file = file;
    if (file == null) {
      this.metrics = null;
      this.running = make(config);
      this.port = null;
      return;
    }
    ServerMetrics all = new ServerMetrics();
    this.metrics =
        new AgentMetrics(all, config.run().compat().metricsPrefix(), () -> this.status());
    this.running = make(config);
    AgentServerConfig server = config.run().server();
    Router router = new Router();
    new AgentPages(
            server,
            () -> running.config,
            this::status,
            () -> all.scrape(stageMetrics()),
            this::reload)
        .register(router);
    this.port = new AgentPort(server, router, all::answered, clock);
  }

  private Running make(AgentConfig config) {
    AgentMetrics counting = metrics;
    StageMetrics stages = counting == null ? options.metrics() : new StageMetricRegistry(clock);
    SendListener listener =
        counting == null
            ? SendListener.NONE
            : counting.listener(Agent.clientUrls(config), Agent.clientTenants(config));
    Agent agent =
        new Agent(
            config,
            clock,
            Agent.http("skald-agent/" + Version.current(), clock),
            listener,
            new SplittableRandom(),
            options.withMetrics(stages));
    return new Running(config, agent, stages);
  }

  private String stageMetrics() {
    return running.stageMetrics instanceof StageMetricRegistry registry ? registry.text() : "";
  }

  /**
   * Reads the file again and puts it in force; the same content changes nothing. Lines that were
   * read and not sent yet are sent by the new configuration's clients of the same name. After a
   * failure the old one is in force.
   *
   * @throws RuntimeException if the file is no good or cannot be put in force
   */
  public synchronized void reload() {
    if (file == null || closed) {
      throw new IllegalStateException("there is no file to read again");
    }
    try {
      AgentConfig config = file.get();
      if (config.equals(running.config)) {
        LOG.info("the configuration was read again and is the same");
      } else {
        change(config);
      }
    } catch (RuntimeException e) {
      count(AgentMetrics::reloadFailed);
      throw e;
    }
    count(AgentMetrics::reloaded);
  }

  private void change(AgentConfig config) {
    Running before = running;
    Running next = make(config);
    stop(before.agent, RELOAD_TIMEOUT);
    try {
      next.agent.start();
      running = next;
    } catch (IOException | RuntimeException e) {
      running = make(before.config);
      startAgent();
      throw new IllegalStateException("the new configuration cannot start: " + e.getMessage(), e);
    }
    Logging.setLevel(config.run().server().logLevel());
    LOG.info("a changed configuration is in force");
    if (!config.run().server().http().equals(before.config.run().server().http())) {
      LOG.warn("changes of the block server, other than log_level, need a new start");
    }
  }

  private static void stop(Agent agent, Duration timeout) {
    try {
      agent.drain(timeout);
    } catch (IOException e) {
      LOG.error("the positions could not be written: {}", e.toString());
    }
  }

  private void count(Consumer<AgentMetrics> event) {
    if (metrics != null) {
      event.accept(metrics);
    }
  }

  /**
   * Returns the configuration of {@code skald up}.
   *
   * @param globs what to tail; empty means the text files under /var/log
   */
  public static AgentConfig upConfig(URI pushUrl, Path directory, List<String> globs, String host) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + directory, e);
    }
    AgentConfig config =
        AgentConfig.defaults()
            .withClient(
                AgentConfig.Client.defaults().withUrl(pushUrl.toString()).withBatchwait(BATCH_WAIT))
            .withPositionsFile(directory.resolve("positions.yaml"));
    if (globs.isEmpty()) {
      Map<String, String> labels = labels(host, AgentConfig.VAR_LOG_PATH);
      labels.put("__path_exclude__", AgentConfig.VAR_LOG_EXCLUDE);
      config = config.withScrapeConfig("files", labels);
    }
    for (int i = 0; i < globs.size(); i++) {
      String path = Path.of("").toAbsolutePath().resolve(globs.get(i)).toString();
      config = config.withScrapeConfig("files-" + i, labels(host, path));
    }
    return config
        .withTargetConfig(new AgentConfig.TargetConfig(SYNC_PERIOD, false))
        .withTailConfig(
            config
                .tailConfig()
                .withSkipBinaryFiles(globs.isEmpty())
                .withPartialLineTimeout(PARTIAL_LINE_TIMEOUT));
  }

  private static Map<String, String> labels(String host, String path) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("job", JOB);
    labels.put("host", host);
    labels.put("__path__", path);
    return labels;
  }

  public void start() {
    if (port != null) {
      port.start();
    }
    startAgent();
  }

  private void startAgent() {
    try {
      running.agent.start();
    } catch (IOException e) {
      throw new UncheckedIOException("the agent cannot start: " + e.getMessage(), e);
    }
  }

  /** Waits until the input has ended and its lines are delivered, or the process is closed. */
  public void awaitInput() {
    try {
      running.agent.awaitInput();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  public AgentStatus status() {
    return running.agent.status();
  }

  /** Returns the port of the pages, or 0 without one. */
  public int port() {
    return port == null ? 0 : port.port();
  }

  /** Stops reading, sends what was read, writes the positions. */
  @Override
  public synchronized void close() {
    closed = true;
    try {
      running.agent.drain(running.config.run().server().gracefulShutdownTimeout());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the agent's positions could not be written: " + e.getMessage(), e);
    } finally {
      if (port != null) {
        port.close();
      }
    }
  }
}

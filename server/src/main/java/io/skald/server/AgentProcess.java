package io.skald.server;

import io.skald.agent.Agent;
import io.skald.agent.AgentChecks;
import io.skald.agent.AgentConfig;
import io.skald.agent.AgentOptions;
import io.skald.agent.AgentStatus;
import io.skald.agent.UnsupportedSources;
import io.skald.agent.push.SendListener;
import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigReader;
import io.skald.common.config.ForeignKeys;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The agent as a process of its own or beside the server of {@code skald up}. */
public final class AgentProcess implements AutoCloseable {
  /** The job label of files that {@code skald up --tail} follows. */
  public static final String JOB = "files";

  /** Keys of Promtail's file that have no counterpart here. */
  private static final Set<String> IGNORED =
      Set.of(
          "server.http_listen_address",
          "server.http_listen_port",
          "server.grpc_listen_address",
          "server.grpc_listen_port",
          "server.disable",
          "server.log_format",
          "tracing",
          "*.loki_push_api.server.grpc_listen_address",
          "*.loki_push_api.server.grpc_listen_port");

  /** A partial line of an idle file becomes an entry after this time in {@code skald up}. */
  private static final Duration PARTIAL_LINE_TIMEOUT = Duration.ofSeconds(2);

  /** How often {@code skald up} looks for new files. */
  private static final Duration SYNC_PERIOD = Duration.ofSeconds(2);

  /** Somebody watches: lines of {@code skald up} go out sooner than in a fleet. */
  private static final Duration BATCH_WAIT = Duration.ofMillis(250);

  private final Agent agent;

  public AgentProcess(AgentConfig config, Clock clock) {
    this(config, clock, AgentOptions.NONE);
  }

  public AgentProcess(AgentConfig config, Clock clock, AgentOptions options) {
    this.agent =
        new Agent(
            config,
            clock,
            Agent.http("skald-agent/" + Version.current(), clock),
            SendListener.NONE,
            new SplittableRandom(),
            options);
  }

  /** A configuration and what was said while it was read. */
  public record Loaded(AgentConfig config, String logLevel, List<String> warnings) {}

  /** The keys of the file: the agent's own, and the server block's that have a counterpart. */
  private record File(
      Server server,
      List<AgentConfig.Client> clients,
      AgentConfig.Positions positions,
      List<AgentConfig.ScrapeConfig> scrapeConfigs,
      AgentConfig.TargetConfig targetConfig,
      AgentConfig.Global global,
      AgentConfig.LimitsConfig limitsConfig,
      io.skald.agent.tail.TailConfig tailConfig) {}

  private record Server(String logLevel) {}

  /**
   * Reads a configuration in the shape of Promtail's.
   *
   * @throws ConfigException with every mistake and its line
   */
  public static Loaded load(String source, String yaml, Map<String, String> overrides) {
    return load(source, yaml, overrides, UnaryOperator.identity());
  }

  /**
   * Reads a configuration that is changed before it is checked.
   *
   * @param overrides dotted keys and their texts; {@code client.url} adds a client, {@code
   *     client.external-labels} ({@code name=value,...}) stand under the labels of all clients
   * @throws ConfigException with every mistake and its line
   */
  public static Loaded load(
      String source,
      String yaml,
      Map<String, String> overrides,
      UnaryOperator<AgentConfig> change) {
    Map<String, String> keys = new LinkedHashMap<>(overrides);
    String url = keys.remove("client.url");
    String tenant = keys.remove("client.tenant-id");
    String externalLabels = keys.remove("client.external-labels");
    AgentConfig defaults = AgentConfig.defaults();
    File file =
        new File(
            new Server("info"),
            defaults.clients(),
            defaults.positions(),
            defaults.scrapeConfigs(),
            defaults.targetConfig(),
            defaults.global(),
            defaults.limitsConfig(),
            defaults.tailConfig());
    ConfigReader reader =
        new ConfigReader(
            source,
            new ForeignKeys(
                IGNORED.stream().collect(Collectors.toMap(key -> key, _ -> "")),
                UnsupportedSources.refusals()));
    File read = reader.read(yaml, file, keys);
    AgentConfig config =
        new AgentConfig(
            read.clients(),
            read.positions(),
            read.scrapeConfigs(),
            read.targetConfig(),
            read.global(),
            read.limitsConfig(),
            read.tailConfig());
    if (url != null) {
      AgentConfig.Client client = AgentConfig.Client.defaults().withUrl(url);
      config = config.withClient(tenant == null ? client : client.withTenantId(tenant));
    }
    if (externalLabels != null) {
      Map<String, String> under = pairs(externalLabels);
      config =
          config.withClients(
              config.clients().stream()
                  .map(client -> client.withExternalLabels(merged(under, client.externalLabels())))
                  .toList());
    }
    config = change.apply(config);
    List<String> problems = new ArrayList<>();
    try {
      config.validate();
    } catch (IllegalArgumentException e) {
      problems.add(source + ": " + e.getMessage());
    }
    AgentChecks.Findings findings = AgentChecks.findings(config);
    problems.addAll(findings.problems());
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    List<String> warnings = new ArrayList<>(reader.warnings());
    warnings.addAll(findings.warnings());
    return new Loaded(config, read.server().logLevel(), warnings);
  }

  private static Map<String, String> merged(Map<String, String> under, Map<String, String> over) {
    Map<String, String> merged = new LinkedHashMap<>(under);
    merged.putAll(over);
    return merged;
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw new ConfigException(
            List.of("-client.external-labels must be name=value,name=value: " + text));
      }
      pairs.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return pairs;
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
            .withClient(client(pushUrl))
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
    return new AgentConfig(
        config.clients(),
        config.positions(),
        config.scrapeConfigs(),
        new AgentConfig.TargetConfig(SYNC_PERIOD, false),
        config.global(),
        config.limitsConfig(),
        config
            .tailConfig()
            .withSkipBinaryFiles(globs.isEmpty())
            .withPartialLineTimeout(PARTIAL_LINE_TIMEOUT));
  }

  private static AgentConfig.Client client(URI pushUrl) {
    AgentConfig.Client defaults = AgentConfig.Client.defaults();
    return new AgentConfig.Client(
        pushUrl.toString(),
        defaults.name(),
        BATCH_WAIT,
        defaults.batchsize(),
        defaults.tenantId(),
        defaults.externalLabels(),
        defaults.backoffConfig(),
        defaults.timeout(),
        defaults.access());
  }

  private static Map<String, String> labels(String host, String path) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("job", JOB);
    labels.put("host", host);
    labels.put("__path__", path);
    return labels;
  }

  public void start() {
    try {
      agent.start();
    } catch (IOException e) {
      throw new UncheckedIOException("the agent cannot start: " + e.getMessage(), e);
    }
  }

  /** Waits until the input has ended and its lines are delivered, or the process is closed. */
  public void awaitInput() {
    try {
      agent.awaitInput();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  public AgentStatus status() {
    return agent.status();
  }

  /** Stops reading, sends what was read, writes the positions. */
  @Override
  public void close() {
    try {
      agent.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the agent's positions could not be written", e);
    }
  }
}

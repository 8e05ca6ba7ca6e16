package io.skald.agent;

import io.skald.agent.tail.TailConfig;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.Flat;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The agent's configuration: nested records whose components are the keys of a Promtail file in
 * camel case ({@code clients[].backoffConfig.minPeriod} is {@code clients[].backoff_config
 * .min_period}). {@code tailConfig} is our addition. Each record has {@code defaults()}; {@link
 * #validate} tells what is missing or does not fit together.
 */
public record AgentConfig(
    List<Client> clients,
    Positions positions,
    List<ScrapeConfig> scrapeConfigs,
    TargetConfig targetConfig,
    Global global,
    TailConfig tailConfig) {

  /** The files under /var/log that the preset follows; {@link #VAR_LOG_EXCLUDE} is taken away. */
  public static final String VAR_LOG_PATH =
      "/var/log/{**/*.log,syslog,messages,secure,maillog,cron,debug,kern,user,boot,dmesg}";

  /** Rotated and compressed generations that end in {@code .log} all the same, and the journal. */
  public static final String VAR_LOG_EXCLUDE = "/var/log/{journal/**,**/*.{gz,bz2,xz,zst}.log}";

  public AgentConfig {
    clients = List.copyOf(clients);
    scrapeConfigs = List.copyOf(scrapeConfigs);
  }

  public static AgentConfig defaults() {
    return new AgentConfig(
        List.of(),
        Positions.defaults(),
        List.of(),
        TargetConfig.defaults(),
        Global.defaults(),
        TailConfig.defaults());
  }

  /**
   * Returns the configuration that follows the text files under /var/log, labelled {@code
   * job="varlogs"}, and pushes to {@code url}. Files that hold NUL in their first bytes are
   * skipped.
   */
  public static AgentConfig defaultVarLogGlobs(URI url, Path positionsFile) {
    return defaults()
        .withClient(Client.defaults().withUrl(url.toString()))
        .withPositionsFile(positionsFile)
        .withScrapeConfig(
            "varlogs",
            Map.of("job", "varlogs", "__path__", VAR_LOG_PATH, "__path_exclude__", VAR_LOG_EXCLUDE))
        .withTailConfig(TailConfig.defaults().withSkipBinaryFiles(true));
  }

  public AgentConfig withClient(Client client) {
    List<Client> all = new ArrayList<>(clients);
    all.add(client);
    return new AgentConfig(all, positions, scrapeConfigs, targetConfig, global, tailConfig);
  }

  public AgentConfig withScrapeConfig(String jobName, Map<String, String> labels) {
    List<ScrapeConfig> all = new ArrayList<>(scrapeConfigs);
    all.add(new ScrapeConfig(jobName, List.of(new StaticConfig(List.of(), labels))));
    return new AgentConfig(clients, positions, all, targetConfig, global, tailConfig);
  }

  public AgentConfig withPositionsFile(Path file) {
    Positions changed =
        new Positions(file.toString(), positions.syncPeriod(), positions.ignoreInvalidYaml());
    return new AgentConfig(clients, changed, scrapeConfigs, targetConfig, global, tailConfig);
  }

  public AgentConfig withTailConfig(TailConfig changed) {
    return new AgentConfig(clients, positions, scrapeConfigs, targetConfig, global, changed);
  }

  /**
   * Checks what no single record can check.
   *
   * @throws IllegalArgumentException with the key and what to write instead
   */
  public void validate() {
    require(!clients.isEmpty(), "clients: at least one client with a url is required");
    Set<String> names = new HashSet<>();
    for (int i = 0; i < clients.size(); i++) {
      Client client = clients.get(i);
      String key = "clients[" + i + "]";
      require(!client.url().isEmpty(), key + ".url is required");
      checkUrl(key, client.url());
      require(
          names.add(
              client.name().isEmpty() ? client.url() + " " + client.tenantId() : client.name()),
          key
              + ": another client has the same name (or the same url and tenant_id); give it a"
              + " name");
    }
    Set<String> jobs = new HashSet<>();
    for (int i = 0; i < scrapeConfigs.size(); i++) {
      ScrapeConfig scrape = scrapeConfigs.get(i);
      String key = "scrape_configs[" + i + "]";
      require(!scrape.jobName().isEmpty(), key + ".job_name is required");
      require(
          jobs.add(scrape.jobName()),
          key + ".job_name stands twice: " + scrape.jobName() + "; job names must differ");
      require(
          !scrape.staticConfigs().isEmpty(),
          key + " (" + scrape.jobName() + ") has no static_configs: it would follow nothing");
    }
  }

  private static void checkUrl(String key, String url) {
    try {
      URI uri = URI.create(url);
      require(
          uri.getHost() != null
              && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())),
          key + ".url must be like http://host:3100/loki/api/v1/push: " + url);
      require(
          uri.getUserInfo() == null,
          key + ".url must not hold credentials; they belong into basic_auth");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + ".url must be like http://host:3100/loki/api/v1/push: " + url, e);
    }
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /**
   * Where lines are pushed to.
   *
   * @param name names the client's files beside the positions file and its metrics; "" lets the
   *     agent choose
   * @param batchwait how long a batch stays open at most
   * @param batchsize bytes of lines in a batch at most; one longer line goes alone
   * @param tenantId sent as {@code X-Scope-OrgID}; "" sends no header
   * @param externalLabels added to every entry; an entry's own labels win
   * @param timeout of one request
   * @param access credentials and TLS
   */
  public record Client(
      String url,
      String name,
      Duration batchwait,
      int batchsize,
      String tenantId,
      Map<String, String> externalLabels,
      BackoffConfig backoffConfig,
      Duration timeout,
      @Flat ClientAccess access) {

    public Client {
      externalLabels = Map.copyOf(externalLabels);
      requirePositive("clients[].batchwait", batchwait);
      requirePositive("clients[].timeout", timeout);
      require(batchsize > 0, "clients[].batchsize must be positive: " + batchsize);
      require(batchsize <= 64 << 20, "clients[].batchsize must be at most 67108864: " + batchsize);
    }

    public static Client defaults() {
      return new Client(
          "",
          "",
          Duration.ofSeconds(1),
          1 << 20,
          "",
          Map.of(),
          BackoffConfig.defaults(),
          Duration.ofSeconds(10),
          ClientAccess.NONE);
    }

    public Client withUrl(String changed) {
      return new Client(
          changed,
          name,
          batchwait,
          batchsize,
          tenantId,
          externalLabels,
          backoffConfig,
          timeout,
          access);
    }

    public Client withTenantId(String changed) {
      return new Client(
          url, name, batchwait, batchsize, changed, externalLabels, backoffConfig, timeout, access);
    }
  }

  /**
   * The pauses between attempts.
   *
   * @param maxRetries attempts before a batch is dropped; 0 (the default, other than Promtail's 10)
   *     keeps trying: the lines wait in their files
   */
  public record BackoffConfig(Duration minPeriod, Duration maxPeriod, int maxRetries) {
    public BackoffConfig {
      requirePositive("backoff_config.min_period", minPeriod);
      require(
          maxPeriod.compareTo(minPeriod) >= 0,
          "backoff_config.max_period must be at least min_period: " + maxPeriod);
      require(maxRetries >= 0, "backoff_config.max_retries must not be negative: " + maxRetries);
    }

    public static BackoffConfig defaults() {
      return new BackoffConfig(Duration.ofMillis(500), Duration.ofMinutes(5), 0);
    }
  }

  /**
   * @param filename the positions file; the journals lie beside it
   * @param syncPeriod how often it is written
   * @param ignoreInvalidYaml sets a damaged file aside instead of refusing to start
   */
  public record Positions(String filename, Duration syncPeriod, boolean ignoreInvalidYaml) {
    public Positions {
      requirePositive("positions.sync_period", syncPeriod);
      require(!filename.isEmpty(), "positions.filename must not be empty");
    }

    public static Positions defaults() {
      return new Positions("/var/log/positions.yaml", Duration.ofSeconds(10), false);
    }
  }

  /** One job; its name is not a label. */
  public record ScrapeConfig(String jobName, List<StaticConfig> staticConfigs) {
    public ScrapeConfig {
      staticConfigs = List.copyOf(staticConfigs);
    }

    public static ScrapeConfig defaults() {
      return new ScrapeConfig("", List.of());
    }
  }

  /**
   * @param targets accepted and ignored, as in Promtail
   * @param labels {@code __path__} is the glob to follow, {@code __path_exclude__} one to leave
   *     out; other labels that start with two underscores are not sent
   */
  public record StaticConfig(List<String> targets, Map<String, String> labels) {
    public StaticConfig {
      targets = List.copyOf(targets);
      labels = Map.copyOf(labels);
    }

    public static StaticConfig defaults() {
      return new StaticConfig(List.of(), Map.of());
    }
  }

  /** How often the globs are matched anew. */
  public record TargetConfig(Duration syncPeriod) {
    public TargetConfig {
      requirePositive("target_config.sync_period", syncPeriod);
    }

    public static TargetConfig defaults() {
      return new TargetConfig(Duration.ofSeconds(10));
    }
  }

  public record Global(FileWatchConfig fileWatchConfig) {
    public static Global defaults() {
      return new Global(FileWatchConfig.defaults());
    }
  }

  /** How often a file is looked at; the pause doubles from min to max while nothing comes. */
  public record FileWatchConfig(Duration minPollFrequency, Duration maxPollFrequency) {
    public FileWatchConfig {
      requirePositive("file_watch_config.min_poll_frequency", minPollFrequency);
      require(
          maxPollFrequency.compareTo(minPollFrequency) >= 0,
          "file_watch_config.max_poll_frequency must be at least min_poll_frequency: "
              + maxPollFrequency);
    }

    public static FileWatchConfig defaults() {
      return new FileWatchConfig(Duration.ofMillis(250), Duration.ofMillis(250));
    }
  }

  private static void requirePositive(String key, Duration duration) {
    require(duration.isPositive(), key + " must be positive: " + duration);
  }
}

package io.skald.agent;

import io.skald.agent.relabel.RelabelConfig;
import io.skald.agent.tail.TailConfig;
import io.skald.common.client.ClientAccess;
import io.skald.common.config.ConfigNode;
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
    LimitsConfig limitsConfig,
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
        LimitsConfig.defaults(),
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
    return new AgentConfig(
        all, positions, scrapeConfigs, targetConfig, global, limitsConfig, tailConfig);
  }

  public AgentConfig withScrapeConfig(String jobName, Map<String, String> labels) {
    List<ScrapeConfig> all = new ArrayList<>(scrapeConfigs);
    all.add(
        ScrapeConfig.defaults()
            .withName(jobName)
            .withStaticConfig(new StaticConfig(List.of(), labels)));
    return withScrapeConfigs(all);
  }

  public AgentConfig withTargetConfig(TargetConfig changed) {
    return new AgentConfig(
        clients, positions, scrapeConfigs, changed, global, limitsConfig, tailConfig);
  }

  public AgentConfig withClients(List<Client> changed) {
    return new AgentConfig(
        changed, positions, scrapeConfigs, targetConfig, global, limitsConfig, tailConfig);
  }

  public AgentConfig withScrapeConfigs(List<ScrapeConfig> changed) {
    return new AgentConfig(
        clients, positions, changed, targetConfig, global, limitsConfig, tailConfig);
  }

  public AgentConfig withLimitsConfig(LimitsConfig changed) {
    return new AgentConfig(
        clients, positions, scrapeConfigs, targetConfig, global, changed, tailConfig);
  }

  public AgentConfig withPositionsFile(Path file) {
    Positions changed =
        new Positions(file.toString(), positions.syncPeriod(), positions.ignoreInvalidYaml());
    return new AgentConfig(
        clients, changed, scrapeConfigs, targetConfig, global, limitsConfig, tailConfig);
  }

  public AgentConfig withTailConfig(TailConfig changed) {
    return new AgentConfig(
        clients, positions, scrapeConfigs, targetConfig, global, limitsConfig, changed);
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
    validateJobs();
  }

  private void validateJobs() {
    Set<String> jobs = new HashSet<>();
    for (int i = 0; i < scrapeConfigs.size(); i++) {
      ScrapeConfig scrape = scrapeConfigs.get(i);
      String key = "scrape_configs[" + i + "]";
      require(!scrape.jobName().isEmpty(), key + ".job_name is required");
      require(
          jobs.add(scrape.jobName()),
          key + ".job_name stands twice: " + scrape.jobName() + "; job names must differ");
      List<String> others = scrape.sources().kinds();
      require(
          targetConfig.stdin() || scrape.readsFiles() || !others.isEmpty(),
          key
              + " ("
              + scrape.jobName()
              + ") has no source, such as static_configs or kubernetes_sd_configs: it would follow"
              + " nothing");
      require(
          others.size() + (scrape.readsFiles() ? 1 : 0) <= 1,
          key
              + " ("
              + scrape.jobName()
              + ") has several sources ("
              + (scrape.readsFiles() ? "files, " : "")
              + String.join(", ", others)
              + "), of which Promtail reads the first alone; give each a job of its own");
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

    public Client withExternalLabels(Map<String, String> changed) {
      return new Client(
          url, name, batchwait, batchsize, tenantId, changed, backoffConfig, timeout, access);
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

  /**
   * One job; its name is not a label.
   *
   * @param pipelineStages what lines go through, in order; see {@code io.skald.agent.pipeline}
   * @param relabelConfigs what label sets go through before their files are followed
   * @param sources what else lines come from
   */
  public record ScrapeConfig(
      String jobName,
      List<ConfigNode> pipelineStages,
      List<RelabelConfig> relabelConfigs,
      List<StaticConfig> staticConfigs,
      List<FileSdConfig> fileSdConfigs,
      @Flat SourceConfigs sources) {
    public ScrapeConfig {
      pipelineStages = List.copyOf(pipelineStages);
      relabelConfigs = List.copyOf(relabelConfigs);
      staticConfigs = List.copyOf(staticConfigs);
      fileSdConfigs = List.copyOf(fileSdConfigs);
    }

    public static ScrapeConfig defaults() {
      return new ScrapeConfig(
          "", List.of(), List.of(), List.of(), List.of(), SourceConfigs.DEFAULTS);
    }

    public ScrapeConfig withName(String changed) {
      return new ScrapeConfig(
          changed, pipelineStages, relabelConfigs, staticConfigs, fileSdConfigs, sources);
    }

    public ScrapeConfig withStages(List<ConfigNode> changed) {
      return new ScrapeConfig(
          jobName, changed, relabelConfigs, staticConfigs, fileSdConfigs, sources);
    }

    public ScrapeConfig withRelabelConfigs(List<RelabelConfig> changed) {
      return new ScrapeConfig(
          jobName, pipelineStages, changed, staticConfigs, fileSdConfigs, sources);
    }

    public ScrapeConfig withStaticConfig(StaticConfig added) {
      List<StaticConfig> all = new ArrayList<>(staticConfigs);
      all.add(added);
      return new ScrapeConfig(jobName, pipelineStages, relabelConfigs, all, fileSdConfigs, sources);
    }

    public ScrapeConfig withFileSdConfig(FileSdConfig added) {
      List<FileSdConfig> all = new ArrayList<>(fileSdConfigs);
      all.add(added);
      return new ScrapeConfig(jobName, pipelineStages, relabelConfigs, staticConfigs, all, sources);
    }

    public ScrapeConfig withSources(SourceConfigs changed) {
      return new ScrapeConfig(
          jobName, pipelineStages, relabelConfigs, staticConfigs, fileSdConfigs, changed);
    }

    /** Tells whether its lines come from files, whose names label sets tell. */
    boolean readsFiles() {
      return !staticConfigs.isEmpty()
          || !fileSdConfigs.isEmpty()
          || !sources.kubernetesSdConfigs().isEmpty();
    }
  }

  /**
   * Files that hold label sets.
   *
   * @param files {@code .json}, {@code .yml} or {@code .yaml}; one star in the last element
   * @param refreshInterval how often they are read even if they look unchanged
   */
  public record FileSdConfig(List<String> files, Duration refreshInterval) {
    public FileSdConfig {
      files = List.copyOf(files);
      requirePositive("file_sd_configs[].refresh_interval", refreshInterval);
      for (String file : files) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        require(
            name.endsWith(".json") || name.endsWith(".yml") || name.endsWith(".yaml"),
            "file_sd_configs[].files must end in .json, .yml or .yaml: " + file);
        require(
            file.chars().filter(c -> c == '*').count() <= 1
                && !file.substring(0, file.length() - name.length()).contains("*"),
            "file_sd_configs[].files may have one * in the last element of the path: " + file);
      }
    }

    public static FileSdConfig defaults() {
      return new FileSdConfig(List.of(), Duration.ofMinutes(5));
    }
  }

  /**
   * Limits of the whole agent, for each client.
   *
   * @param readlineRate lines a second that leave the stages
   * @param readlineRateDrop drops lines beyond that; false slows reading down
   * @param maxLineSize bytes of a line behind the stages; 0 is no limit
   * @param maxLineSizeTruncate cuts longer lines instead of dropping them
   */
  public record LimitsConfig(
      double readlineRate,
      int readlineBurst,
      boolean readlineRateEnabled,
      boolean readlineRateDrop,
      long maxLineSize,
      boolean maxLineSizeTruncate) {
    public LimitsConfig {
      require(
          readlineRate > 0 && readlineBurst > 0,
          "limits_config.readline_rate and readline_burst must be positive: "
              + readlineRate
              + ", "
              + readlineBurst);
      require(
          maxLineSize >= 0 && maxLineSize <= Integer.MAX_VALUE,
          "limits_config.max_line_size must be from 0 to 2147483647: " + maxLineSize);
    }

    public static LimitsConfig defaults() {
      return new LimitsConfig(10_000, 10_000, false, true, 0, false);
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

  /**
   * What is followed, for all jobs.
   *
   * @param syncPeriod how often the globs are matched anew
   * @param stdin reads lines from standard input instead, up to its end
   */
  public record TargetConfig(Duration syncPeriod, boolean stdin) {
    public TargetConfig {
      requirePositive("target_config.sync_period", syncPeriod);
    }

    public static TargetConfig defaults() {
      return new TargetConfig(Duration.ofSeconds(10), false);
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

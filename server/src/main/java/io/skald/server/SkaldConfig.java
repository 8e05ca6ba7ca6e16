package io.skald.server;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigReader;
import io.skald.common.config.ConfigWriter;
import io.skald.common.limits.Limits;
import io.skald.common.ring.KvstoreConfig;
import io.skald.common.ring.MemberlistConfig;
import io.skald.distributor.DistributorConfig;
import io.skald.ingester.IngesterConfig;
import io.skald.querier.rule.RulerConfig;
import io.skald.server.auth.AuthenticationConfig;
import io.skald.server.trace.TracingConfig;
import io.skald.storage.pattern.PatternConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configuration of a server, in the shape users of Loki know.
 *
 * @param authEnabled whether requests name their tenant; without, all belongs to one
 * @param target what the process does, see {@link Role}
 * @param authentication who callers are and what they may
 * @param shutdownDelay how long work goes on after a stop is asked for, while {@code /ready} says
 *     that the process stops
 */
public record SkaldConfig(
    boolean authEnabled,
    String target,
    AuthenticationConfig authentication,
    ServerSection server,
    CommonSection common,
    StorageSection storageConfig,
    DistributorConfig distributor,
    IngesterConfig ingester,
    PatternConfig patternIngester,
    CompactorSection compactor,
    QuerierSection querier,
    RulerConfig ruler,
    RuntimeConfigSection runtimeConfig,
    TracingConfig tracing,
    Limits limitsConfig,
    Duration shutdownDelay,
    IngesterClientSection ingesterClient,
    MemberlistConfig memberlist,
    QueryRangeSection queryRange) {
  public static final SkaldConfig DEFAULTS =
      new SkaldConfig(
          true,
          "all",
          AuthenticationConfig.DEFAULTS,
          ServerSection.DEFAULTS,
          CommonSection.DEFAULTS,
          StorageSection.DEFAULTS,
          DistributorConfig.DEFAULTS,
          IngesterConfig.defaults(),
          PatternConfig.DEFAULTS,
          CompactorSection.DEFAULTS,
          QuerierSection.DEFAULTS,
          RulerConfig.DEFAULTS,
          RuntimeConfigSection.DEFAULTS,
          TracingConfig.DEFAULTS,
          Limits.DEFAULTS,
          Duration.ZERO,
          IngesterClientSection.DEFAULTS,
          MemberlistConfig.DEFAULTS,
          QueryRangeSection.DEFAULTS);

  /** Copies of every stream in a cluster, unless it is configured otherwise. */
  private static final int CLUSTER_REPLICATION = 3;

  public SkaldConfig {
    server.check(authentication.type());
    StreamPeriods.check(limitsConfig.retention());
    if (shutdownDelay.isNegative()) {
      throw new IllegalArgumentException("shutdown_delay must not be negative: " + shutdownDelay);
    }
    if (isSingleProcess(target, ingester, common)) {
      requireOne("common.replication_factor", common.replicationFactor());
      requireOne("distributor.replication_factor", distributor.replicationFactor());
      requireOne(
          "ingester.lifecycler.ring.replication_factor",
          ingester.lifecycler().ring().replicationFactor());
    } else if (isInMemory(ingesterRing(ingester, common))) {
      throw new IllegalArgumentException(
          "target '"
              + target
              + "' needs a ring that other processes see: set common.ring.kvstore.store to etcd"
              + " or memberlist");
    }
  }

  private static void requireOne(String key, int factor) {
    if (factor > 1) {
      throw new IllegalArgumentException(key + " must be 1 in a single process: " + factor);
    }
  }

  private static KvstoreConfig ingesterRing(IngesterConfig ingester, CommonSection common) {
    return ingester.lifecycler().ring().kvstore().or(common.ring().kvstore());
  }

  private static boolean isInMemory(KvstoreConfig ring) {
    return ring.store().isEmpty() || ring.store().equals(KvstoreConfig.IN_MEMORY);
  }

  private static boolean isSingleProcess(
      String target, IngesterConfig ingester, CommonSection common) {
    return Role.parse(target).size() == Role.values().length
        && isInMemory(ingesterRing(ingester, common));
  }

  /** Returns whether all roles are here and call each other directly. */
  boolean isSingleProcess() {
    return isSingleProcess(target, ingester, common);
  }

  /** Returns where ingesters are found. */
  KvstoreConfig ingesterRing() {
    return ingesterRing(ingester, common);
  }

  /** Returns where distributors find each other. */
  KvstoreConfig distributorRing() {
    return distributor.ring().kvstore().or(ingesterRing());
  }

  /** Returns where queriers find each other. */
  KvstoreConfig querierRing() {
    return ingesterRing();
  }

  /** Returns what the process does. */
  Set<Role> roles() {
    return Role.parse(target);
  }

  /** Returns how many ingesters store each stream. */
  int replicationFactor() {
    int[] places = {
      ingester.lifecycler().ring().replicationFactor(),
      distributor.replicationFactor(),
      common.replicationFactor()
    };
    for (int factor : places) {
      if (factor > 0) {
        return factor;
      }
    }
    return isSingleProcess() ? 1 : CLUSTER_REPLICATION;
  }

  /** A configuration and what was said while it was read. */
  public record Loaded(SkaldConfig config, List<String> warnings) {
    /** Returns all settings, in the shape of the file. */
    public String yaml() {
      return ConfigWriter.yaml(config);
    }
  }

  /**
   * Reads a configuration.
   *
   * @param source the file's name, for messages
   * @param overrides dotted keys and values that take precedence
   * @throws io.skald.common.config.ConfigException with every mistake and its line
   */
  public static Loaded load(String source, String yaml, Map<String, String> overrides) {
    ConfigReader reader = new ConfigReader(source, LokiKeys.OF_SERVER);
    SkaldConfig config = reader.read(yaml, DEFAULTS, overrides);
    List<String> warnings = new ArrayList<>(reader.warnings());
    if (!config.runtimeConfig.file().isEmpty() && !config.legacyOverrides().isEmpty()) {
      warnings.add(
          source
              + ": 'limits_config.per_tenant_override_config' is not read, since"
              + " 'runtime_config.file' is set");
    }
    if (config.ruler.storage().type().equals("local") && config.rulesDirectory().isEmpty()) {
      warnings.add(
          source
              + ": 'ruler.storage.type' is local and no folder is named, so rules are kept in the"
              + " object store; set ruler.storage.local.directory");
    }
    try {
      SkaldConfig complete = config.withFolders();
      if (!complete.common.storage().s3().isSet()) {
        // Only now it is known that a schema must not name a bucket.
        new ConfigReader(source, LokiKeys.WITHOUT_BUCKET).read(yaml, DEFAULTS, overrides);
      }
      return new Loaded(complete, warnings);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(source + ": " + e.getMessage()));
    }
  }

  private String legacyOverrides() {
    return limitsConfig.overrides().perTenantOverrideConfig();
  }

  /** Returns the files with the limits of single tenants; there may be none. */
  List<Path> overrideFiles() {
    if (!runtimeConfig.file().isEmpty()) {
      return runtimeConfig.file().stream().map(Path::of).toList();
    }
    return legacyOverrides().isEmpty() ? List.of() : List.of(Path.of(legacyOverrides()));
  }

  /** Returns how often these files are looked at. */
  Duration overridePeriod() {
    return runtimeConfig.file().isEmpty()
        ? limitsConfig.overrides().perTenantOverridePeriod()
        : runtimeConfig.period();
  }

  /** Returns the folder whose rules are evaluated, or "" for those of the object store. */
  String rulesDirectory() {
    String directory = ruler.storage().local().directory();
    return directory.isEmpty() ? common.storage().filesystem().rulesDirectory() : directory;
  }

  /**
   * A log directory that is not configured lies below the path prefix, like everything else; an
   * object store may be named in the older place.
   */
  private SkaldConfig withFolders() {
    boolean walIsDefault = ingester.wal().dir().equals(IngesterConfig.defaults().wal().dir());
    return new SkaldConfig(
        authEnabled,
        target,
        authentication,
        server,
        common.withFallback(storageConfig),
        storageConfig,
        distributor,
        walIsDefault ? withWalDirectory(common.walDirectory()) : ingester,
        patternIngester,
        compactor,
        querier,
        ruler,
        runtimeConfig,
        tracing,
        limitsConfig,
        shutdownDelay,
        ingesterClient,
        memberlist,
        queryRange);
  }

  private IngesterConfig withWalDirectory(Path directory) {
    IngesterConfig.Wal wal = ingester.wal();
    return ingester.with(
        new IngesterConfig.Wal(
            wal.enabled(),
            directory,
            wal.segmentSize(),
            wal.checkpointDuration(),
            wal.checkpointSize(),
            wal.replayMemoryCeiling(),
            wal.maxQueuedBytes(),
            wal.maxQueueWait()),
        ingester.lifecycler());
  }
}

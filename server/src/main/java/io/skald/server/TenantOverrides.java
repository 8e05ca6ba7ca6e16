package io.skald.server;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigReader;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.TenantId;
import io.skald.common.reload.FileReloads;
import io.skald.common.reload.FileValue;
import io.skald.common.time.Clock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of tenants: those of {@code limits_config}, with the keys changed that a file gives
 * for single tenants. The file is read again while the server runs; one that is no good changes
 * nothing.
 *
 * <p>A tenant's limits are the same instance as long as they do not change: what is made of them is
 * cached under it. Thread-safe; one virtual thread looks at the file.
 */
final class TenantOverrides implements TenantLimits, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TenantOverrides.class);

  private final Limits defaults;
  private final Clock clock;
  private final List<Path> files;
  private final Duration period;
  private final FileReloads reloads = new FileReloads();
  private final @Nullable FileValue<Map<TenantId, Limits>> overrides;

  // Written by whoever refreshes, one at a time; volatile for those who read metrics.
  private volatile long lastSuccessNanos;
  private Map<TenantId, Limits> last = Map.of();

  /** A file with overrides; the names are checked here, so that the message tells the file. */
  private record RuntimeFile(Map<String, Limits> overrides) {
    RuntimeFile {
      overrides.keySet().forEach(TenantId::new);
    }
  }

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException if it cannot be read or is no good
   */
  TenantOverrides(SkaldConfig config, Clock clock) {
    this.defaults = config.limitsConfig();
    this.clock = clock;
    this.files = config.overrideFiles();
    this.period = config.overridePeriod();
    this.overrides =
        files.isEmpty() ? null : reloads.watch("the limits of single tenants", files, this::load);
  }

  /** Begins to look at the file now and then. */
  void start() {
    if (overrides != null) {
      reloads.start(period);
    }
  }

  /** Looks at the file once. */
  void refresh() {
    reloads.refresh();
  }

  @Override
  public Limits of(TenantId tenant) {
    return overrides == null ? defaults : overrides.get().getOrDefault(tenant, defaults);
  }

  private Map<TenantId, Limits> load(List<byte[]> contents) {
    Map<String, Limits> merged = new HashMap<>();
    boolean blank = true;
    for (int i = 0; i < files.size(); i++) {
      String text = new String(contents.get(i), StandardCharsets.UTF_8);
      blank &= text.isBlank();
      merged.putAll(read(files.get(i), text, merged));
    }
    if (blank && !last.isEmpty()) {
      throw new IllegalArgumentException(
          files + " is empty; write 'overrides: {}' to remove the limits of all tenants");
    }
    Map<TenantId, Limits> result = new HashMap<>();
    merged.forEach((name, limits) -> {
      TenantId tenant = new TenantId(name);
      Limits before = last.getOrDefault(tenant, defaults);
      result.put(tenant, limits.equals(before) ? before : limits);
    });
    last = Map.copyOf(result);
    lastSuccessNanos = clock.nowNanos();
    return last;
  }

  private Map<String, Limits> read(Path file, String text, Map<String, Limits> before) {
    ConfigReader reader =
        new ConfigReader(file.toString(), LokiKeys.OF_OVERRIDES)
            .startingFrom(Limits.class, tenant -> before.getOrDefault(tenant, defaults));
    try {
      RuntimeFile read = reader.read(text, new RuntimeFile(Map.of()), Map.of());
      reader.warnings().forEach(LOG::warn);
      read.overrides().values().forEach(limits -> StreamPeriods.check(limits.retention()));
      return read.overrides();
    } catch (ConfigException e) {
      throw new IllegalArgumentException(String.valueOf(e.getMessage()).replace("\n", "; "), e);
    }
  }

  void bind(ServerMetrics metrics) {
    metrics.counter(
        "skald_overrides_reload_failures_total",
        "Times the limits of single tenants changed into something that is no good.",
        reloads::failures);
    metrics.counter(
        "skald_overrides_reloads_total",
        "Times changed limits of single tenants were taken over.",
        reloads::reloads);
    metrics.gauge(
        "skald_overrides_last_success_timestamp_seconds",
        "When the limits of single tenants were last taken from their file; 0 without one.",
        () -> lastSuccessNanos / 1e9);
    metrics.gauge(
        "skald_overrides_stale",
        "1 while older limits are in force because the file is no good.",
        reloads::stale);
    metrics.gauge(
        "skald_overrides_tenants",
        "Tenants with limits of their own.",
        () -> overrides == null ? 0 : overrides.get().size());
  }

  @Override
  public void close() {
    reloads.close();
  }
}

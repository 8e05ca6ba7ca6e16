package io.skald.server;

import java.time.Duration;
import java.util.List;

/**
 * The {@code runtime_config} block: what changes while the server runs.
 *
 * @param file files with the limits of single tenants; of two that tell of one key, the later wins
 * @param period how often they are looked at
 */
public record RuntimeConfigSection(List<String> file, Duration period) {
  static final RuntimeConfigSection DEFAULTS =
      new RuntimeConfigSection(List.of(), Duration.ofSeconds(10));

  public RuntimeConfigSection {
    file = List.copyOf(file);
    if (!period.isPositive()) {
      throw new IllegalArgumentException("runtime_config.period must be positive: " + period);
    }
  }
}

package io.skald.storage.pattern;

import java.time.Duration;

/**
 * The settings of pattern mining; in the configuration file they have the names of the components
 * in lower case with underscores, in the section {@code pattern_ingester}.
 *
 * @param enabled whether patterns are mined and can be asked for
 * @param maxClusters patterns that one stream distinguishes; the one not seen for longest makes
 *     room
 * @param maxEvictionRatio when more than this share of a block's lines made room so, the rest of
 *     the block is not mined: its lines have no patterns. 0 sets no limit
 * @param maxAllowedLineLength bytes of a line that are looked at; what follows is a {@code <_>}
 * @param patternSampleInterval width of the time buckets that lines are counted in, whole seconds
 * @param maxMemory bytes for the patterns of all streams
 */
public record PatternConfig(
    boolean enabled,
    int maxClusters,
    double maxEvictionRatio,
    int maxAllowedLineLength,
    Duration patternSampleInterval,
    long maxMemory) {
  public static final PatternConfig DEFAULTS =
      new PatternConfig(false, 300, 0.25, 3000, Duration.ofSeconds(10), 32L << 20);

  public PatternConfig {
    require(
        maxClusters >= 1 && maxClusters <= 10_000, "max_clusters must be 1 to 10000", maxClusters);
    require(
        maxEvictionRatio >= 0 && maxEvictionRatio <= 1,
        "max_eviction_ratio must be 0 to 1",
        maxEvictionRatio);
    require(
        maxAllowedLineLength >= 16 && maxAllowedLineLength <= 1 << 16,
        "max_allowed_line_length must be 16 to 65536",
        maxAllowedLineLength);
    require(
        patternSampleInterval.toSeconds() >= 1 && patternSampleInterval.getNano() == 0,
        "pattern_sample_interval must be whole seconds, at least 1s",
        patternSampleInterval);
    require(maxMemory >= 1 << 20, "max_memory must be at least 1MB", maxMemory);
  }

  private static void require(boolean condition, String rule, Object actual) {
    if (!condition) {
      throw new IllegalArgumentException("pattern_ingester." + rule + ": " + actual);
    }
  }
}

package io.skald.common.limits;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The limits of one tenant, with the names and defaults users of Loki know. Sizes are bytes unless
 * the name says otherwise; 0 means no limit where nothing else is said.
 *
 * @param ingestionRateMb accepted line and metadata bytes a second, MiB
 * @param ingestionBurstSizeMb how much may come at once, MiB
 * @param maxLineSize a longer line is refused, or cut with {@code maxLineSizeTruncate}
 * @param maxLabelNamesPerSeries labels of a stream, {@code service_name} not counted
 * @param rejectOldSamples whether entries older than {@code rejectOldSamplesMaxAge} are refused
 * @param creationGracePeriod how far an entry may lie in the future
 * @param perStreamRateLimit accepted bytes a second of one stream
 * @param perStreamRateLimitBurst how much of one stream may come at once
 * @param maxGlobalStreamsPerUser active streams
 * @param discoverServiceName labels that may give {@code service_name}; empty switches it off
 * @param discoverLogLevels whether {@code detected_level} is added to every entry
 * @param logLevelFields names that hold a level, in order
 * @param incrementDuplicateTimestamp whether equal timestamps in a request are moved apart by 1 ns
 * @param maxEntriesLimitPerQuery the largest {@code limit} of a log query
 * @param maxQuerySeries the most series a metric query may yield
 * @param maxQueryLength the longest time range of a query
 * @param maxQueryLookback how far back data can be read
 * @param maxQueryRange the longest range vector
 * @param queryTimeout how long a query may take
 * @param requiredLabels label names that every selector must match
 * @param minimumLabelsNumber how many label names every selector must match
 * @param maxQueryBytesRead the most bytes a query may read
 * @param shardAggregations functions that are switched on apart, such as {@code approx_topk}
 * @param retentionPeriod how long data is kept; 0 keeps it for ever
 * @param deletionMode what delete requests do: {@code disabled} refuses them, {@code filter-only}
 *     leaves the entries out of queries, {@code filter-and-delete} also removes them from disk once
 *     that is possible
 */
public record Limits(
    double ingestionRateMb,
    double ingestionBurstSizeMb,
    long maxLineSize,
    boolean maxLineSizeTruncate,
    int maxLabelNamesPerSeries,
    int maxLabelNameLength,
    int maxLabelValueLength,
    boolean rejectOldSamples,
    Duration rejectOldSamplesMaxAge,
    Duration creationGracePeriod,
    long perStreamRateLimit,
    long perStreamRateLimitBurst,
    int maxGlobalStreamsPerUser,
    boolean allowStructuredMetadata,
    long maxStructuredMetadataSize,
    int maxStructuredMetadataEntriesCount,
    List<String> discoverServiceName,
    boolean discoverLogLevels,
    List<String> logLevelFields,
    boolean incrementDuplicateTimestamp,
    int maxEntriesLimitPerQuery,
    int maxQuerySeries,
    Duration maxQueryLength,
    Duration maxQueryLookback,
    Duration maxQueryRange,
    int maxStreamsMatchersPerQuery,
    Duration queryTimeout,
    List<String> requiredLabels,
    int minimumLabelsNumber,
    long maxQueryBytesRead,
    boolean volumeEnabled,
    int volumeMaxSeries,
    List<String> shardAggregations,
    Duration retentionPeriod,
    String deletionMode) {
  private static final List<String> DELETION_MODES =
      List.of("disabled", "filter-only", "filter-and-delete");

  public static final Limits DEFAULTS =
      new Limits(
          4,
          6,
          256 << 10,
          false,
          15,
          1024,
          2048,
          true,
          Duration.ofDays(7),
          Duration.ofMinutes(10),
          3 << 20,
          15 << 20,
          5000,
          true,
          64 << 10,
          128,
          List.of(
              "service",
              "app",
              "application",
              "app_name",
              "name",
              "app_kubernetes_io_name",
              "container",
              "container_name",
              "k8s_container_name",
              "component",
              "workload",
              "job",
              "k8s_job_name"),
          true,
          List.of(
              "level",
              "LEVEL",
              "Level",
              "log.level",
              "severity",
              "SEVERITY",
              "Severity",
              "SeverityText",
              "lvl",
              "LVL",
              "Lvl",
              "severity_text",
              "Severity_Text",
              "SEVERITY_TEXT"),
          false,
          5000,
          500,
          Duration.ofHours(721),
          Duration.ZERO,
          Duration.ZERO,
          1000,
          Duration.ofMinutes(1),
          List.of(),
          0,
          0,
          true,
          1000,
          List.of(),
          Duration.ZERO,
          "filter-and-delete");

  public Limits {
    discoverServiceName = List.copyOf(discoverServiceName);
    logLevelFields = List.copyOf(logLevelFields);
    requiredLabels = List.copyOf(requiredLabels);
    shardAggregations = List.copyOf(shardAggregations);
    notNegative("ingestion_rate_mb", ingestionRateMb);
    notNegative("ingestion_burst_size_mb", ingestionBurstSizeMb);
    notNegative("max_line_size", maxLineSize);
    notNegative("max_label_names_per_series", maxLabelNamesPerSeries);
    notNegative("max_label_name_length", maxLabelNameLength);
    notNegative("max_label_value_length", maxLabelValueLength);
    notNegative("per_stream_rate_limit", perStreamRateLimit);
    notNegative("per_stream_rate_limit_burst", perStreamRateLimitBurst);
    notNegative("max_global_streams_per_user", maxGlobalStreamsPerUser);
    notNegative("max_structured_metadata_size", maxStructuredMetadataSize);
    notNegative("max_structured_metadata_entries_count", maxStructuredMetadataEntriesCount);
    notNegative("max_entries_limit_per_query", maxEntriesLimitPerQuery);
    notNegative("max_query_series", maxQuerySeries);
    notNegative("max_streams_matchers_per_query", maxStreamsMatchersPerQuery);
    if (!DELETION_MODES.contains(deletionMode)) {
      throw new IllegalArgumentException(
          "deletion_mode must be one of "
              + String.join(", ", DELETION_MODES)
              + ": "
              + deletionMode);
    }
    if (ingestionRateMb > 0 && ingestionBurstSizeMb <= 0) {
      throw new IllegalArgumentException(
          "ingestion_burst_size_mb must be positive while ingestion_rate_mb is set");
    }
  }

  /**
   * Returns the limits of a read that concerns this tenant and another one: of every limit on reads
   * the stricter, where 0 sets none. What is no limit on reads is taken from this one.
   */
  public Limits strictest(Limits other) {
    return new Limits(
        ingestionRateMb,
        ingestionBurstSizeMb,
        maxLineSize,
        maxLineSizeTruncate,
        maxLabelNamesPerSeries,
        maxLabelNameLength,
        maxLabelValueLength,
        rejectOldSamples,
        rejectOldSamplesMaxAge,
        creationGracePeriod,
        perStreamRateLimit,
        perStreamRateLimitBurst,
        maxGlobalStreamsPerUser,
        allowStructuredMetadata,
        maxStructuredMetadataSize,
        maxStructuredMetadataEntriesCount,
        discoverServiceName,
        discoverLogLevels,
        logLevelFields,
        incrementDuplicateTimestamp,
        (int) stricter(maxEntriesLimitPerQuery, other.maxEntriesLimitPerQuery),
        (int) stricter(maxQuerySeries, other.maxQuerySeries),
        stricter(maxQueryLength, other.maxQueryLength),
        stricter(maxQueryLookback, other.maxQueryLookback),
        stricter(maxQueryRange, other.maxQueryRange),
        (int) stricter(maxStreamsMatchersPerQuery, other.maxStreamsMatchersPerQuery),
        stricter(queryTimeout, other.queryTimeout),
        Stream.concat(requiredLabels.stream(), other.requiredLabels.stream()).distinct().toList(),
        Math.max(minimumLabelsNumber, other.minimumLabelsNumber),
        stricter(maxQueryBytesRead, other.maxQueryBytesRead),
        volumeEnabled && other.volumeEnabled,
        (int) stricter(volumeMaxSeries, other.volumeMaxSeries),
        shardAggregations.stream().filter(other.shardAggregations::contains).toList(),
        retentionPeriod,
        deletionMode);
  }

  private static long stricter(long a, long b) {
    return a == 0 || b == 0 ? Math.max(a, b) : Math.min(a, b);
  }

  private static Duration stricter(Duration a, Duration b) {
    return Duration.ofNanos(stricter(a.toNanos(), b.toNanos()));
  }

  private static void notNegative(String key, double value) {
    if (value < 0) {
      throw new IllegalArgumentException(key + " must not be negative: " + value);
    }
  }
}

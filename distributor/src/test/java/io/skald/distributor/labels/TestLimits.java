package io.skald.distributor.labels;

import io.skald.common.limits.Limits;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The default limits with some changed. */
public final class TestLimits {
  public double ingestionRateMb = Limits.DEFAULTS.ingestionRateMb();
  public double ingestionBurstSizeMb = Limits.DEFAULTS.ingestionBurstSizeMb();
  public long maxLineSize = Limits.DEFAULTS.maxLineSize();
  public boolean maxLineSizeTruncate;
  public int maxLabelNamesPerSeries = Limits.DEFAULTS.maxLabelNamesPerSeries();
  public boolean rejectOldSamples = true;
  public long perStreamRateLimit = Limits.DEFAULTS.perStreamRateLimit();
  public long perStreamRateLimitBurst = Limits.DEFAULTS.perStreamRateLimitBurst();
  public boolean allowStructuredMetadata = true;
  public long maxStructuredMetadataSize = Limits.DEFAULTS.maxStructuredMetadataSize();
  public int maxStructuredMetadataEntriesCount =
      Limits.DEFAULTS.maxStructuredMetadataEntriesCount();
  public List<String> discoverServiceName = Limits.DEFAULTS.discoverServiceName();
  public boolean discoverLogLevels = true;
  public boolean incrementDuplicateTimestamp;

  private TestLimits() {}

  public static Limits with(Consumer<TestLimits> change) {
    TestLimits limits = new TestLimits();
    change.accept(limits);
    return limits.build();
  }

  private Limits build() {
    Limits d = Limits.DEFAULTS;
    return new Limits(
        ingestionRateMb,
        ingestionBurstSizeMb,
        maxLineSize,
        maxLineSizeTruncate,
        maxLabelNamesPerSeries,
        d.maxLabelNameLength(),
        d.maxLabelValueLength(),
        rejectOldSamples,
        Duration.ofDays(7),
        Duration.ofMinutes(10),
        perStreamRateLimit,
        perStreamRateLimitBurst,
        d.maxGlobalStreamsPerUser(),
        allowStructuredMetadata,
        maxStructuredMetadataSize,
        maxStructuredMetadataEntriesCount,
        discoverServiceName,
        discoverLogLevels,
        d.logLevelFields(),
        incrementDuplicateTimestamp,
        d.maxEntriesLimitPerQuery(),
        d.maxQuerySeries(),
        d.maxQueryLength(),
        d.maxQueryLookback(),
        d.maxQueryRange(),
        d.maxStreamsMatchersPerQuery(),
        d.queryTimeout(),
        d.requiredLabels(),
        d.minimumLabelsNumber(),
        d.maxQueryBytesRead(),
        d.volumeEnabled(),
        d.volumeMaxSeries(),
        d.shardAggregations(),
        d.retentionPeriod(),
        d.deletionMode());
  }
}

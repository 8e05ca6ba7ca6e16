package io.skald.distributor.labels;

import io.skald.common.limits.EntryLimits;
import io.skald.common.limits.IngestionLimits;
import io.skald.common.limits.IngestionLimits.RateStrategy;
import io.skald.common.limits.LabelLimits;
import io.skald.common.limits.Limits;
import io.skald.common.limits.OtlpConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** The default limits with some changed. */
public final class TestLimits {
  public double ingestionRateMb = Limits.DEFAULTS.ingestion().ingestionRateMb();
  public double ingestionBurstSizeMb = Limits.DEFAULTS.ingestion().ingestionBurstSizeMb();
  public long maxLineSize = Limits.DEFAULTS.entries().maxLineSize();
  public boolean maxLineSizeTruncate;
  public int maxLabelNamesPerSeries = Limits.DEFAULTS.labels().maxLabelNamesPerSeries();
  public boolean rejectOldSamples = true;
  public long perStreamRateLimit = Limits.DEFAULTS.ingestion().perStreamRateLimit();
  public long perStreamRateLimitBurst = Limits.DEFAULTS.ingestion().perStreamRateLimitBurst();
  public boolean allowStructuredMetadata = true;
  public long maxStructuredMetadataSize = Limits.DEFAULTS.entries().maxStructuredMetadataSize();
  public int maxStructuredMetadataEntriesCount =
      Limits.DEFAULTS.entries().maxStructuredMetadataEntriesCount();
  public List<String> discoverServiceName = Limits.DEFAULTS.labels().discoverServiceName();
  public boolean discoverLogLevels = true;
  public boolean incrementDuplicateTimestamp;
  public RateStrategy ingestionRateStrategy = RateStrategy.GLOBAL;
  public Instant blockIngestionUntil = Limits.DEFAULTS.ingestion().blockIngestionUntil();
  public int blockIngestionStatusCode = 260;
  public List<String> enforcedLabels = List.of();
  public String maxLineSizeTruncateIdentifier = "";
  public OtlpConfig otlpConfig = OtlpConfig.DEFAULTS;

  private TestLimits() {}

  public static Limits with(Consumer<TestLimits> change) {
    TestLimits limits = new TestLimits();
    change.accept(limits);
    return limits.build();
  }

  private Limits build() {
    Limits d = Limits.DEFAULTS;
    return new Limits(
        new IngestionLimits(
            ingestionRateMb,
            ingestionBurstSizeMb,
            ingestionRateStrategy,
            perStreamRateLimit,
            perStreamRateLimitBurst,
            d.ingestion().maxGlobalStreamsPerUser(),
            blockIngestionUntil,
            blockIngestionStatusCode),
        new LabelLimits(
            maxLabelNamesPerSeries,
            d.labels().maxLabelNameLength(),
            d.labels().maxLabelValueLength(),
            discoverServiceName,
            enforcedLabels),
        new EntryLimits(
            maxLineSize,
            maxLineSizeTruncate,
            maxLineSizeTruncateIdentifier,
            true,
            rejectOldSamples,
            Duration.ofDays(7),
            false,
            Duration.ofMinutes(10),
            incrementDuplicateTimestamp,
            allowStructuredMetadata,
            maxStructuredMetadataSize,
            maxStructuredMetadataEntriesCount,
            discoverLogLevels,
            d.entries().logLevelFields()),
        otlpConfig,
        d.queries(),
        d.retention(),
        d.rules(),
        d.overrides());
  }
}

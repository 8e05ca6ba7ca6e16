package io.skald.common.limits;

import java.time.Duration;
import java.util.List;

/**
 * What an entry may be.
 *
 * @param maxLineSize a longer line is refused, or cut with {@code maxLineSizeTruncate}
 * @param maxLineSizeTruncateIdentifier what a line ends with that was cut, within its size
 * @param unorderedWrites whether an entry may be older than one of its stream that came before
 * @param rejectOldSamples whether entries older than {@code rejectOldSamplesMaxAge} are refused
 * @param allowBackfill whether an entry may be older than the out-of-order window
 * @param creationGracePeriod how far an entry may lie in the future
 * @param incrementDuplicateTimestamp whether equal timestamps in a request are moved apart by 1 ns
 * @param discoverLogLevels whether {@code detected_level} is added to every entry
 * @param logLevelFields names that hold a level, in order
 */
public record EntryLimits(
    long maxLineSize,
    boolean maxLineSizeTruncate,
    String maxLineSizeTruncateIdentifier,
    boolean unorderedWrites,
    boolean rejectOldSamples,
    Duration rejectOldSamplesMaxAge,
    boolean allowBackfill,
    Duration creationGracePeriod,
    boolean incrementDuplicateTimestamp,
    boolean allowStructuredMetadata,
    long maxStructuredMetadataSize,
    int maxStructuredMetadataEntriesCount,
    boolean discoverLogLevels,
    List<String> logLevelFields) {
  static final EntryLimits DEFAULTS =
      new EntryLimits(
          256 << 10,
          false,
          "",
          true,
          true,
          Duration.ofDays(7),
          false,
          Duration.ofMinutes(10),
          false,
          true,
          64 << 10,
          128,
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
              "SEVERITY_TEXT"));

  public EntryLimits {
    logLevelFields = List.copyOf(logLevelFields);
    Limits.notNegative("max_line_size", maxLineSize);
    Limits.notNegative("max_structured_metadata_size", maxStructuredMetadataSize);
    Limits.notNegative("max_structured_metadata_entries_count", maxStructuredMetadataEntriesCount);
  }
}

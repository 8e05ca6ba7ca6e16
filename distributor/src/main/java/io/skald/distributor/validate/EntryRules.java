package io.skald.distributor.validate;

import io.skald.common.limits.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The limits on entries as of the moment of a push, ready to compare with.
 *
 * @param oldestNanos an older entry is refused
 * @param newestNanos a newer entry is refused
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record EntryRules(
    long oldestNanos,
    long newestNanos,
    int maxLineSize,
    boolean truncate,
    byte[] truncateIdentifier,
    boolean metadataAllowed,
    long maxMetadataBytes,
    int maxMetadataPairs,
    boolean detectLevels,
    boolean incrementDuplicates) {
  /** Building a set takes time that grows with the square of its size; 0 allows no more. */
  private static final int MOST_METADATA_PAIRS = 4096;

  private static final byte[] NOTHING = {};

  static EntryRules of(Limits limits, long nowNanos) {
    int pairs = limits.entries().maxStructuredMetadataEntriesCount();
    return new EntryRules(
        limits.entries().rejectOldSamples()
            ? minus(nowNanos, limits.entries().rejectOldSamplesMaxAge())
            : Long.MIN_VALUE,
        plus(nowNanos, limits.entries().creationGracePeriod()),
        limits.entries().maxLineSize() == 0
            ? Integer.MAX_VALUE
            : (int) Math.min(limits.entries().maxLineSize(), Integer.MAX_VALUE),
        limits.entries().maxLineSizeTruncate(),
        identifier(limits),
        limits.entries().allowStructuredMetadata(),
        limits.entries().maxStructuredMetadataSize() == 0
            ? Long.MAX_VALUE
            : limits.entries().maxStructuredMetadataSize(),
        pairs == 0 ? MOST_METADATA_PAIRS : Math.min(pairs, MOST_METADATA_PAIRS),
        limits.entries().discoverLogLevels() && limits.entries().allowStructuredMetadata(),
        limits.entries().incrementDuplicateTimestamp());
  }

  /** One that would leave nothing of a line is left out. */
  private static byte[] identifier(Limits limits) {
    String text = limits.entries().maxLineSizeTruncateIdentifier();
    byte[] bytes = text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    return bytes.length < limits.entries().maxLineSize() ? bytes : NOTHING;
  }

  private static long minus(long nanos, Duration age) {
    return age.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0
        ? Long.MIN_VALUE
        : nanos - age.toNanos();
  }

  /** A grace of zero means none, not no limit. */
  private static long plus(long nanos, Duration grace) {
    return grace.compareTo(Duration.ofNanos(Long.MAX_VALUE - nanos)) >= 0
        ? Long.MAX_VALUE
        : nanos + grace.toNanos();
  }
}

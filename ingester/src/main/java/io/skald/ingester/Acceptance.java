package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a batch are inside the out-of-order window of their stream, and the words for
 * those that are not.
 */
final class Acceptance {
  /** How many entries the text names; it counts the others. */
  private static final int MAX_NAMED = 10;

  private static final int BAD_REQUEST = 400;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private final EntryBatch entries;
  private final long windowNanos;
  private final boolean ordered;
  private final List<String> named = new ArrayList<>();
  private EntryBatch accepted;
  private int ignored;
  private long ignoredBytes;

  private Acceptance(EntryBatch entries, long windowNanos, boolean ordered) {
    this.entries = entries;
    this.windowNanos = windowNanos;
    this.ordered = ordered;
    this.accepted = entries;
  }

  /** Entries may lie behind the newest one of the stream by the window. */
  static Acceptance within(long windowNanos, EntryBatch entries) {
    return new Acceptance(entries, windowNanos, false);
  }

  /** No entry may be older than the newest one of the stream. */
  static Acceptance ordered(EntryBatch entries) {
    return new Acceptance(entries, 0, true);
  }

  /**
   * Goes through the entries in order.
   *
   * @param hasNewest whether the stream had an entry before
   * @param newest the newest timestamp accepted before
   * @return the newest timestamp accepted now
   */
  long decide(boolean hasNewest, long newest) {
    boolean known = hasNewest;
    long latest = newest;
    EntryBatch.@Nullable Builder kept = null;
    for (int i = 0; i < entries.size(); i++) {
      long timestamp = entries.timestamp(i);
      if (known && timestamp < oldestAcceptable(latest)) {
        if (kept == null) {
          kept = keepBefore(i);
        }
        reject(i, oldestAcceptable(latest));
        continue;
      }
      latest = known ? Math.max(latest, timestamp) : timestamp;
      known = true;
      if (kept != null) {
        keep(kept, i);
      }
    }
    if (kept != null) {
      accepted = kept.build();
    }
    return latest;
  }

  private long oldestAcceptable(long latest) {
    long oldest = latest - windowNanos;
    return oldest > latest ? Long.MIN_VALUE : oldest;
  }

  private EntryBatch.Builder keepBefore(int end) {
    EntryBatch.Builder kept = new EntryBatch.Builder(entries.area(), entries.metadata());
    for (int i = 0; i < end; i++) {
      keep(kept, i);
    }
    return kept;
  }

  private void keep(EntryBatch.Builder kept, int index) {
    kept.add(
        entries.timestamp(index),
        entries.start(index),
        entries.length(index),
        entries.metadataId(index));
  }

  private void reject(int index, long oldest) {
    long timestamp = entries.timestamp(index);
    ignored++;
    ignoredBytes += entries.length(index);
    if (named.size() < MAX_NAMED) {
      named.add(
          "entry with timestamp "
              + goTime(timestamp)
              + " ignored, reason: '"
              + reason(timestamp, oldest)
              + "',");
    }
  }

  private String reason(long timestamp, long oldest) {
    return ordered
        ? "entry out of order"
        : "entry too far behind, entry timestamp is: "
            + RFC_3339.format(instant(timestamp))
            + ", oldest acceptable timestamp is: "
            + RFC_3339.format(instant(oldest));
  }

  /** Returns the entries to store; the batch itself if all are. */
  EntryBatch accepted() {
    return accepted;
  }

  /** Returns what to tell the client, or null if every entry was accepted. */
  @Nullable EntryRejection rejection(TenantId tenant, Labels labels) {
    if (ignored == 0) {
      return null;
    }
    return new EntryRejection(
        BAD_REQUEST,
        String.join("\n", named)
            + "\nuser '"
            + tenant
            + "', total ignored: "
            + ignored
            + " out of "
            + entries.size()
            + " for stream: "
            + labels,
        ordered ? EntryRejection.Cause.OUT_OF_ORDER : EntryRejection.Cause.TOO_FAR_BEHIND,
        ignored,
        ignoredBytes);
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
  }

  /** Prints a time as Go's {@code Time.String} does: fraction without trailing zeros, then zone. */
  private static String goTime(long nanos) {
    long fraction = Math.floorMod(nanos, NANOS_PER_SECOND);
    String text = SECONDS.format(instant(nanos));
    if (fraction != 0) {
      text += "." + String.format("%09d", fraction).replaceAll("0+$", "");
    }
    return text + " +0000 UTC";
  }
}

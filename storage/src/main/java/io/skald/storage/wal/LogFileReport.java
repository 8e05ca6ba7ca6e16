package io.skald.storage.wal;

import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Set;

/**
 * What one file of a log holds, and what is wrong with it.
 *
 * @param bytes its size
 * @param records pushes in a segment, chunks in a checkpoint, that can be read
 * @param tenants whose they are
 * @param entries entries in them; of a checkpoint those that were not sealed only
 * @param minTimestamp of these entries, nanoseconds; without meaning if there are none
 * @param maxTimestamp likewise, inclusive
 * @param damages ranges that a start would skip
 * @param tornTailBytes bytes at the end of the last segment that are no record: a write that was
 *     not finished and hence not acknowledged, or damage there, which looks the same
 * @param refusal why a start would fail because of this file; empty if it would not
 */
public record LogFileReport(
    String name,
    Kind kind,
    long bytes,
    long records,
    Set<TenantId> tenants,
    long entries,
    long minTimestamp,
    long maxTimestamp,
    List<WalDamage> damages,
    long tornTailBytes,
    String refusal) {
  /** What a file is, by its name. */
  public enum Kind {
    SEGMENT,
    CHECKPOINT,
    /** A checkpoint that was not finished; the next start deletes it. */
    UNFINISHED,
    /** Not a file of the log. */
    OTHER
  }

  public LogFileReport {
    tenants = Set.copyOf(tenants);
    damages = List.copyOf(damages);
  }

  /** Returns whether everything in the file can be read, or is an unfinished write. */
  public boolean isWhole() {
    return damages.isEmpty() && refusal.isEmpty();
  }
}

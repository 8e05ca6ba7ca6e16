package io.skald.storage.wal;

import java.util.List;

/**
 * What a replay found.
 *
 * @param segments segment files read
 * @param checkpointChunks chunks read from the checkpoint
 * @param records pushes read from the segments
 * @param bytes payload bytes of both
 * @param damages ranges that were skipped, in order; a torn tail of the last segment is not among
 *     them; holds the first {@link #MAX_DAMAGES}
 * @param damageCount number of all skipped ranges
 * @param tornTailBytes bytes cut from the end of the last segment: a write that was not finished
 *     and hence not acknowledged
 */
public record ReplayReport(
    int segments,
    long checkpointChunks,
    long records,
    long bytes,
    List<WalDamage> damages,
    long damageCount,
    long tornTailBytes) {
  static final int MAX_DAMAGES = 1000;

  public ReplayReport {
    damages = List.copyOf(damages);
  }
}

package io.skald.storage.compact;

import java.time.Duration;

/**
 * What a compaction does, and how much of it at once.
 *
 * @param minAge files younger than this are left alone: their chunks may still be in memory
 * @param deleteDelay how long what is replaced stays readable
 * @param orphanAge how old an object must be that nothing refers to, to be deleted
 * @param lineBytesPerChunk line bytes that a merged chunk should have
 * @param smallChunkBytes compressed size below which chunks are merged
 * @param maxPackBytes compressed bytes of a pack that is written
 * @param maxBytesPerRun bytes of packs that one run rewrites for a tenant; the rest waits
 */
public record CompactionConfig(
    Duration minAge,
    Duration deleteDelay,
    Duration orphanAge,
    int lineBytesPerChunk,
    int smallChunkBytes,
    long maxPackBytes,
    long maxBytesPerRun) {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;

  public static final CompactionConfig DEFAULTS =
      new CompactionConfig(
          Duration.ofMinutes(5),
          Duration.ofHours(2),
          Duration.ofHours(24),
          10 * MIB,
          512 * KIB,
          32 * MIB,
          256 * MIB);

  public CompactionConfig {
    if (lineBytesPerChunk < 1 || smallChunkBytes < 0 || maxPackBytes < 1 || maxBytesPerRun < 1) {
      throw new IllegalArgumentException(
          "sizes of a compaction must be positive: %d, %d, %d, %d"
              .formatted(lineBytesPerChunk, smallChunkBytes, maxPackBytes, maxBytesPerRun));
    }
  }
}

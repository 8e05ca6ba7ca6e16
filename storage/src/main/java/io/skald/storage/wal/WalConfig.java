package io.skald.storage.wal;

import java.time.Duration;

/**
 * Limits of a {@link WriteAheadLog}.
 *
 * @param segmentSizeBytes a segment that reaches this is closed and the next one begun
 * @param maxRecordBytes the largest record; a push that encodes to more is refused
 * @param maxQueuedBytes records that wait for the disk; at the bound pushes wait
 * @param maxQueueWait how long a push waits for room in the queue before it is refused
 * @param retryDelay how long the log refuses at once after a failed write, before it tries the disk
 *     again
 */
public record WalConfig(
    long segmentSizeBytes,
    int maxRecordBytes,
    long maxQueuedBytes,
    Duration maxQueueWait,
    Duration retryDelay) {
  private static final long MIB = 1 << 20;
  private static final long SMALLEST_SEGMENT_BYTES = 4096;

  public WalConfig {
    if (segmentSizeBytes < SMALLEST_SEGMENT_BYTES || segmentSizeBytes > 1024 * MIB) {
      throw new IllegalArgumentException(
          "ingester.wal.segment_size must be 4 KiB to 1 GiB: " + segmentSizeBytes);
    }
    if (maxRecordBytes < 1024 || maxRecordBytes > 256 * MIB) {
      throw new IllegalArgumentException(
          "the largest WAL record must be 1 KiB to 256 MiB: " + maxRecordBytes);
    }
    if (maxQueuedBytes < 1) {
      throw new IllegalArgumentException("the WAL queue must hold a byte: " + maxQueuedBytes);
    }
  }

  public static WalConfig defaults() {
    return new WalConfig(
        128 * MIB, (int) (256 * MIB), 64 * MIB, Duration.ofSeconds(10), Duration.ofMillis(250));
  }
}

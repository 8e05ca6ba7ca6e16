package io.skald.ingester;

import io.skald.common.ring.LifecyclerConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of an ingester; in the configuration file they have the names of the components in
 * lower case with underscores, in the section {@code ingester}.
 *
 * @param chunkBlockSize line bytes after which a head is cut and sealed
 * @param chunkTargetSize compressed bytes after which a chunk is closed
 * @param maxChunkAge a chunk is flushed when it was begun this long ago; entries may be late by
 *     half of it
 * @param chunkIdlePeriod a chunk is flushed when its stream got nothing for this long
 * @param flushCheckPeriod how often the streams are looked at
 * @param concurrentFlushes packs written at the same time
 * @param maxPackSize compressed bytes after which a flush begins another pack
 * @param maxUnflushedBytes memory of all data that is not in object storage; pushes wait at it
 * @param maxPushWait how long a push waits for memory before it is refused
 * @param sealThreads threads that compress blocks
 * @param lifecycler how the ingester takes part in a ring of several
 */
public record IngesterConfig(
    long chunkBlockSize,
    long chunkTargetSize,
    Duration maxChunkAge,
    Duration chunkIdlePeriod,
    Duration flushCheckPeriod,
    int concurrentFlushes,
    long maxPackSize,
    long maxUnflushedBytes,
    Duration maxPushWait,
    int sealThreads,
    Wal wal,
    LifecyclerConfig lifecycler) {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  /** Sealing is most of the work of an ingester: it may use every core of a common machine. */
  private static final int MIN_SEAL_THREADS = 2;

  private static final int MAX_SEAL_THREADS = 16;

  /** A block is one array, and its formats end at 256 MiB. */
  private static final long MAX_BLOCK_SIZE = 64 * MIB;

  public IngesterConfig {
    require(
        chunkBlockSize >= KIB && chunkBlockSize <= MAX_BLOCK_SIZE,
        "chunk_block_size must be 1 KiB to 64 MiB",
        chunkBlockSize);
    require(
        chunkTargetSize > 0 && chunkTargetSize <= 1024 * MIB,
        "chunk_target_size must be at most 1 GiB",
        chunkTargetSize);
    require(isPositive(maxChunkAge), "max_chunk_age must be positive", maxChunkAge);
    require(isPositive(chunkIdlePeriod), "chunk_idle_period must be positive", chunkIdlePeriod);
    require(isPositive(flushCheckPeriod), "flush_check_period must be positive", flushCheckPeriod);
    require(concurrentFlushes > 0, "concurrent_flushes must be positive", concurrentFlushes);
    require(maxPackSize > 0, "max_pack_size must be positive", maxPackSize);
    require(
        maxUnflushedBytes >= 4 * chunkBlockSize,
        "max_unflushed_bytes must be at least four times chunk_block_size",
        maxUnflushedBytes);
    require(!maxPushWait.isNegative(), "max_push_wait must not be negative", maxPushWait);
    require(sealThreads > 0, "seal_threads must be positive", sealThreads);
  }

  /**
   * The settings of the write-ahead log.
   *
   * @param enabled must stay true: without a log nothing could be acknowledged
   * @param dir of the segments and checkpoints; belongs to one process
   * @param segmentSize bytes after which a segment is closed
   * @param checkpointDuration the least time between two checkpoints, except when the log is too
   *     large
   * @param checkpointSize a checkpoint is written when the segments take more bytes than this
   * @param replayMemoryCeiling bytes of records decoded ahead during replay
   * @param maxQueuedBytes bytes of records that wait for the disk; pushes wait at it
   * @param maxQueueWait how long a push waits for the disk queue before it is refused
   */
  public record Wal(
      boolean enabled,
      Path dir,
      long segmentSize,
      Duration checkpointDuration,
      long checkpointSize,
      long replayMemoryCeiling,
      long maxQueuedBytes,
      Duration maxQueueWait) {
    public Wal {
      require(
          enabled,
          "wal.enabled must stay true: a push is acknowledged only when it is in the log",
          enabled);
      require(
          isPositive(checkpointDuration),
          "wal.checkpoint_duration must be positive",
          checkpointDuration);
      require(checkpointSize > 0, "wal.checkpoint_size must be positive", checkpointSize);
      require(
          replayMemoryCeiling > 0,
          "wal.replay_memory_ceiling must be positive",
          replayMemoryCeiling);
      require(maxQueuedBytes > 0, "wal.max_queued_bytes must be positive", maxQueuedBytes);
      require(!maxQueueWait.isNegative(), "wal.max_queue_wait must not be negative", maxQueueWait);
    }

    public static Wal defaults() {
      return new Wal(
          true,
          Path.of("data", "wal"),
          64 * MIB,
          Duration.ofMinutes(5),
          1024 * MIB,
          64 * MIB,
          64 * MIB,
          Duration.ofSeconds(10));
    }
  }

  /** An ingester that takes part in no ring of several. */
  public IngesterConfig(
      long chunkBlockSize,
      long chunkTargetSize,
      Duration maxChunkAge,
      Duration chunkIdlePeriod,
      Duration flushCheckPeriod,
      int concurrentFlushes,
      long maxPackSize,
      long maxUnflushedBytes,
      Duration maxPushWait,
      int sealThreads,
      Wal wal) {
    this(
        chunkBlockSize,
        chunkTargetSize,
        maxChunkAge,
        chunkIdlePeriod,
        flushCheckPeriod,
        concurrentFlushes,
        maxPackSize,
        maxUnflushedBytes,
        maxPushWait,
        sealThreads,
        wal,
        LifecyclerConfig.DEFAULTS);
  }

  /** Returns this with another log and lifecycler. */
  public IngesterConfig with(Wal otherWal, LifecyclerConfig otherLifecycler) {
    return new IngesterConfig(
        chunkBlockSize,
        chunkTargetSize,
        maxChunkAge,
        chunkIdlePeriod,
        flushCheckPeriod,
        concurrentFlushes,
        maxPackSize,
        maxUnflushedBytes,
        maxPushWait,
        sealThreads,
        otherWal,
        otherLifecycler);
  }

  public static IngesterConfig defaults() {
    return new IngesterConfig(
        256 * KIB,
        1536 * KIB,
        Duration.ofHours(2),
        Duration.ofMinutes(30),
        Duration.ofSeconds(30),
        4,
        64 * MIB,
        192 * MIB,
        Duration.ofSeconds(10),
        Math.clamp(Runtime.getRuntime().availableProcessors(), MIN_SEAL_THREADS, MAX_SEAL_THREADS),
        Wal.defaults());
  }

  /** Returns by how much an entry may be older than the newest of its stream. */
  Duration outOfOrderWindow() {
    return maxChunkAge.dividedBy(2);
  }

  private static boolean isPositive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0;
  }

  private static void require(boolean condition, String rule, Object actual) {
    if (!condition) {
      throw new IllegalArgumentException("ingester." + rule + ": " + actual);
    }
  }
}

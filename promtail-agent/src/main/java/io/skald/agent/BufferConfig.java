package io.skald.agent;

import java.time.Duration;

/**
 * The block {@code buffer}: what each client keeps on disk of lines that were read and that its
 * server did not take yet.
 *
 * @param maxSize bytes, compressed; 0 keeps no more than the batches under way
 * @param maxAge older batches are dropped; 0 is no limit
 * @param overflow what happens at {@code maxSize}
 */
public record BufferConfig(long maxSize, Duration maxAge, Overflow overflow) {
  /** What happens when the buffer is full. */
  public enum Overflow {
    /** Reading waits: the lines stay in their files. */
    BLOCK,
    /** The oldest batches are dropped. */
    DROP_OLDEST
  }

  public BufferConfig {
    if (maxSize < 0) {
      throw new IllegalArgumentException("buffer.max_size must not be negative: " + maxSize);
    }
    if (maxAge.isNegative()) {
      throw new IllegalArgumentException("buffer.max_age must not be negative: " + maxAge);
    }
  }

  public static BufferConfig defaults() {
    return new BufferConfig(256 << 20, Duration.ZERO, Overflow.BLOCK);
  }
}

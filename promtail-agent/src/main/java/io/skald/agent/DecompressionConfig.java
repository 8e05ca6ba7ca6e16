package io.skald.agent;

import io.skald.agent.decompress.Compression;
import io.skald.agent.tail.ArchiveFormat;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether the files of a job are compressed.
 *
 * @param initialDelay from the time a file is found until it is read: it may still be written
 * @param format one of {@link Compression}; required if enabled
 */
public record DecompressionConfig(boolean enabled, Duration initialDelay, String format) {
  public DecompressionConfig {
    if (initialDelay.isNegative()) {
      throw new IllegalArgumentException(
          "decompression.initial_delay must not be negative: " + initialDelay);
    }
    if (enabled || !format.isEmpty()) {
      Compression.named(format);
    }
  }

  public static DecompressionConfig defaults() {
    return new DecompressionConfig(false, Duration.ZERO, "");
  }

  /** Returns how the files are compressed, null if they are not. */
  @Nullable ArchiveFormat archives() {
    return enabled ? new ArchiveFormat(Compression.named(format), initialDelay) : null;
  }
}

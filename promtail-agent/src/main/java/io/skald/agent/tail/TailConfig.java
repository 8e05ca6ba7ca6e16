package io.skald.agent.tail;

import java.time.Duration;

/**
 * How files are followed, beyond what Promtail lets one choose; the block {@code tail_config}.
 *
 * @param rotateWait how long a renamed or deleted file must bring nothing new before it is closed
 * @param partialLineTimeout how long the unterminated end of a file must rest before it is sent as
 *     an entry; zero keeps it until the file is rotated, truncated or deleted
 * @param maxLineBytes a longer line is cut there, counted, and skipped up to its newline
 * @param skipBinaryFiles leaves out files that hold a NUL byte in their first KiB
 * @param maxRotatedFiles how many renamed or deleted files are held open while the server is slow;
 *     beyond it the oldest deleted one is given up, with an error
 */
public record TailConfig(
    Duration rotateWait,
    Duration partialLineTimeout,
    int maxLineBytes,
    boolean skipBinaryFiles,
    int maxRotatedFiles) {

  public TailConfig {
    if (rotateWait.isNegative() || partialLineTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "tail_config.rotate_wait and partial_line_timeout must not be negative: "
              + rotateWait
              + ", "
              + partialLineTimeout);
    }
    if (maxLineBytes < 1 || maxLineBytes > 64 << 20) {
      throw new IllegalArgumentException(
          "tail_config.max_line_bytes must be from 1 to 67108864: " + maxLineBytes);
    }
    if (maxRotatedFiles < 1) {
      throw new IllegalArgumentException(
          "tail_config.max_rotated_files must be at least 1: " + maxRotatedFiles);
    }
  }

  public static TailConfig defaults() {
    return new TailConfig(Duration.ofSeconds(5), Duration.ofSeconds(5), 4 << 20, false, 1024);
  }

  public TailConfig withSkipBinaryFiles(boolean changed) {
    return new TailConfig(rotateWait, partialLineTimeout, maxLineBytes, changed, maxRotatedFiles);
  }

  public TailConfig withPartialLineTimeout(Duration changed) {
    return new TailConfig(rotateWait, changed, maxLineBytes, skipBinaryFiles, maxRotatedFiles);
  }
}

package io.skald.agent.tail;

/**
 * How one followed file stands.
 *
 * @param readBytes the offset up to which it was read
 * @param sizeBytes its size at the last look
 * @param linesRead of it since it was opened
 * @param behindMillis for how long there has been more to read; 0 if it was read to its end
 * @param rotated whether the name belongs to another file or to none by now
 */
public record FileStatus(
    String path,
    String job,
    long readBytes,
    long sizeBytes,
    long linesRead,
    long behindMillis,
    boolean rotated) {
  public long lagBytes() {
    return Math.max(0, sizeBytes - readBytes);
  }
}

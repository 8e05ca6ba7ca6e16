package io.skald.agent.tail;

/**
 * How one followed file stands.
 *
 * @param readBytes the offset up to which it was read
 * @param sizeBytes its size at the last look
 * @param rotated whether the name belongs to another file or to none by now
 */
public record FileStatus(String path, String job, long readBytes, long sizeBytes, boolean rotated) {
  public long lagBytes() {
    return Math.max(0, sizeBytes - readBytes);
  }
}

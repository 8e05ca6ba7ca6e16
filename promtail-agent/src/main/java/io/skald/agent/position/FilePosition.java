package io.skald.agent.position;

/**
 * How far one file was read, with all that is needed to find the file again under another name.
 *
 * @param bornNanos the file's creation time in nanoseconds since the epoch, 0 where unknown
 * @param head the fingerprint of the file's first bytes when the position was taken
 * @param offset in bytes; everything before it is dealt with. {@link #FORGOTTEN} drops the file
 * @param path the path the file was matched under; the value of its {@code filename} label
 */
public record FilePosition(
    FileId id, long bornNanos, FileHead head, long offset, LineState lineState, String path) {
  private static final long FORGOTTEN = -1;

  /** Returns the update that removes a file which is gone. */
  public static FilePosition forget(FileId id) {
    return new FilePosition(id, 0, FileHead.NONE, FORGOTTEN, LineState.START, "");
  }

  public boolean isForgotten() {
    return offset == FORGOTTEN;
  }

  /** Returns the same with the identity's device and inode replaced. */
  public FilePosition withId(FileId newId) {
    return new FilePosition(newId, bornNanos, head, offset, lineState, path);
  }

  /** Returns the same place in a file that has the content from now on. */
  public FilePosition in(FileId newId, long newBornNanos) {
    return new FilePosition(newId, newBornNanos, head, offset, lineState, path);
  }

  /** Tells whether two creation times speak against each other; an unknown one never does. */
  public boolean bornAtAnotherTime(long otherBornNanos) {
    return bornNanos != 0 && otherBornNanos != 0 && bornNanos != otherBornNanos;
  }
}

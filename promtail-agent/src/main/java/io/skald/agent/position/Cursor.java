package io.skald.agent.position;

/**
 * Positions of sources that are no files. A source numbers what it hands over; its position is the
 * number, and a text by which the source itself finds the place again. Both are kept in a {@link
 * FilePosition}, so that they are held back, delivered and made durable in the same way: the target
 * is the name of the source, the path is the text, device and inode are 0, which no file has.
 */
public final class Cursor {
  private Cursor() {}

  /**
   * Returns a position.
   *
   * @param source unique among the sources of an agent
   * @param number grows from entry to entry, from 0
   * @param text what the source goes on from
   */
  public static FilePosition position(String source, long number, String text) {
    return new FilePosition(id(source), 0, FileHead.NONE, number, LineState.START, text);
  }

  /** Returns what the positions of a source are kept by. */
  public static FileId id(String source) {
    return new FileId(source, 0, 0);
  }

  /** Tells whether a position is that of a source, and of no file. */
  public static boolean isCursor(FileId id) {
    return id.device() == 0 && id.inode() == 0;
  }
}

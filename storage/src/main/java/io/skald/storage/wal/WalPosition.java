package io.skald.storage.wal;

/**
 * The place of a record in the log as one long: segment number times 2^32 plus the offset of the
 * record in its segment file. Positions order records as they were written; the order of positions
 * is the order of application. 0 is before every record.
 */
public final class WalPosition {
  /** Before every record. */
  public static final long NONE = 0;

  /** Segment files stay below this; see {@link WalConfig}. */
  static final long MAX_SEGMENT_BYTES = 1L << 32;

  private static final int OFFSET_BITS = 32;

  private WalPosition() {}

  static long of(int segment, long offset) {
    return ((long) segment << OFFSET_BITS) | offset;
  }

  /** Returns the number of the segment that {@code position} lies in. */
  public static int segment(long position) {
    return (int) (position >>> OFFSET_BITS);
  }

  static long offset(long position) {
    return position & (MAX_SEGMENT_BYTES - 1);
  }

  /** Returns the position as an operator can use it, segment file and offset. */
  public static String describe(long position) {
    return SegmentFormat.segmentName(segment(position)) + "@" + offset(position);
  }
}

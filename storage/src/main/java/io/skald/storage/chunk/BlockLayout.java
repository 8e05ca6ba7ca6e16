package io.skald.storage.chunk;

import io.skald.common.block.MetadataTable;

/**
 * What is known of a block without opening its columns, and how to decode them.
 *
 * @param entries at least 1
 * @param lineBytes sum of the line lengths
 * @param minTimestamp first timestamp, nanoseconds
 * @param maxTimestamp last timestamp, inclusive
 */
public record BlockLayout(int entries, int lineBytes, long minTimestamp, long maxTimestamp) {
  /** The most entries of one block. */
  public static final int MAX_ENTRIES = 1 << 20;

  /** The most line bytes of one block. */
  public static final int MAX_LINE_BYTES = 1 << 28;

  /** The most that the decoded metadata column of one block may take. */
  static final int MAX_METADATA_BYTES = 1 << 28;

  /** Structured metadata: the sets, and for each entry the id of its set. */
  public record Metadata(int[] ids, MetadataTable table) {}

  public long[] timestamps(Section section) {
    return TimestampColumn.decode(section, entries, minTimestamp, maxTimestamp);
  }

  /** Returns {@code entries + 1} offsets. */
  public int[] lineOffsets(Section section) {
    return LengthColumn.decode(section, entries, lineBytes);
  }

  /** Returns the line bytes; the array may be longer than {@link #lineBytes}. */
  public byte[] lines(Section section) {
    return LineColumn.decode(section, lineBytes);
  }

  public Metadata metadata(Section section) {
    return MetadataColumn.decode(section, entries);
  }

  public SkipFilter filter(Section section) {
    return SkipFilter.decode(section);
  }
}

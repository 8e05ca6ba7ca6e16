package io.skald.storage.chunk;

/**
 * What is known of a block without opening its columns.
 *
 * @param entries at least 1
 * @param lineBytes sum of the line lengths
 * @param metadataBytes of {@link io.skald.common.block.MetadataSize}; 0 if it was not counted, as
 *     in old versions of the formats
 * @param minTimestamp first timestamp, nanoseconds
 * @param maxTimestamp last timestamp, inclusive
 */
public record BlockLayout(
    int entries, int lineBytes, long metadataBytes, long minTimestamp, long maxTimestamp) {
  /** The most entries of one block. */
  public static final int MAX_ENTRIES = 1 << 20;

  /** The most line bytes of one block. */
  public static final int MAX_LINE_BYTES = 1 << 28;

  /** The most that the decoded metadata column of one block may take. */
  static final int MAX_METADATA_BYTES = 1 << 28;

  /** Writes it as footers of chunks and sealed blocks begin. */
  void write(SectionWriter out) {
    out.writeVarLong(entries).writeVarLong(lineBytes).writeVarLong(metadataBytes);
    out.writeLong(minTimestamp).writeVarLong(maxTimestamp - minTimestamp);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param countsMetadata false for versions that had no metadata bytes
   * @throws CorruptChunkException if it is not valid
   */
  static BlockLayout read(Section section, SectionReader in, boolean countsMetadata) {
    int entries = in.readVarInt("the number of entries", MAX_ENTRIES);
    int lineBytes = in.readVarInt("the number of line bytes", MAX_LINE_BYTES);
    long metadataBytes = countsMetadata ? in.readVarLong() : 0;
    long first = in.readLong();
    long last = first + in.readVarLong();
    if (entries == 0 || last < first || metadataBytes < 0) {
      throw section.corrupt(
          "a block has no entries, a negative size, or its time range is backwards");
    }
    return new BlockLayout(entries, lineBytes, metadataBytes, first, last);
  }
}

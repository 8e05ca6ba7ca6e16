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
}

package io.skald.storage.chunk;

/**
 * Where a stored chunk lies, and what is known of it without opening it.
 *
 * <p>A chunk is one sequence of bytes, columns and footer, but its lines may lie elsewhere in the
 * object than the rest, so that what queries need of many chunks lies side by side. {@link
 * #position} maps the one to the other.
 *
 * @param chunkId the id the ingester gave it; never 0
 * @param packKey the object that holds it
 * @param offset first byte of the chunk in the object
 * @param length bytes of the chunk, lines and footer included
 * @param footerLength the chunk's footer is its last {@code footerLength} bytes
 * @param linesOffset first byte of its lines in the object if they lie apart, else 0
 * @param linesLength bytes of its lines if they lie apart, else 0
 * @param minTimestamp first timestamp, nanoseconds
 * @param maxTimestamp last timestamp, nanoseconds, inclusive
 * @param entries number of entries
 * @param lineBytes sum of the line lengths
 * @param metadataBytes sum of what the structured metadata of the blocks counts, see {@link
 *     io.skald.common.block.MetadataSize}; 0 if that is not known
 * @param blocks number of blocks
 */
public record ChunkRef(
    long chunkId,
    String packKey,
    long offset,
    int length,
    int footerLength,
    long linesOffset,
    int linesLength,
    long minTimestamp,
    long maxTimestamp,
    long entries,
    long lineBytes,
    long metadataBytes,
    int blocks) {
  public ChunkRef {
    if (offset < 0
        || footerLength <= 0
        || linesOffset < 0
        || linesLength < 0
        || linesLength > length
        || (linesLength == 0 && linesOffset != 0)
        || footerLength > length - linesLength) {
      throw new IllegalArgumentException(
          "chunk position is not valid: offset "
              + offset
              + ", length "
              + length
              + ", footer "
              + footerLength
              + ", lines "
              + linesLength
              + " at "
              + linesOffset);
    }
    if (minTimestamp > maxTimestamp || entries <= 0 || metadataBytes < 0 || blocks <= 0) {
      throw new IllegalArgumentException("chunk counts are not valid in " + packKey);
    }
  }

  /** Returns the bytes that lie at {@link #offset} side by side: all, or all but the lines. */
  public int mainLength() {
    return length - linesLength;
  }

  /** Returns the first byte behind these in the object. */
  public long mainEnd() {
    return offset + mainLength();
  }

  /** Returns the first byte behind the lines in the object, if they lie apart. */
  public long linesEnd() {
    return linesOffset + linesLength;
  }

  /** Returns the first byte of the footer in the object. */
  public long footerOffset() {
    return mainEnd() - footerLength;
  }

  /** Returns the bytes of all columns. */
  public int columnsLength() {
    return length - footerLength;
  }

  /** Returns the bytes of all columns before the lines, if these lie apart. */
  public int smallColumnsLength() {
    return columnsLength() - linesLength;
  }

  /**
   * Returns where a byte of a column lies in the object.
   *
   * @param at counted from the start of the chunk; before its footer
   */
  public long position(int at) {
    boolean apart = linesLength > 0 && at >= smallColumnsLength();
    return apart ? linesOffset + (at - smallColumnsLength()) : offset + at;
  }

  /** Returns the same of an object of another name. */
  public ChunkRef withPackKey(String packKey) {
    return new ChunkRef(
        chunkId,
        packKey,
        offset,
        length,
        footerLength,
        linesOffset,
        linesLength,
        minTimestamp,
        maxTimestamp,
        entries,
        lineBytes,
        metadataBytes,
        blocks);
  }

  /** Returns whether an entry of the chunk may lie in the range, both ends inclusive. */
  public boolean overlaps(long fromNanos, long throughNanos) {
    return minTimestamp <= throughNanos && maxTimestamp >= fromNanos;
  }
}

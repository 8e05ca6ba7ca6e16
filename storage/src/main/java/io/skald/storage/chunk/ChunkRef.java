package io.skald.storage.chunk;

/**
 * Where a stored chunk lies, and what is known of it without opening it.
 *
 * @param chunkId the id the ingester gave it; never 0
 * @param packKey the object that holds it
 * @param offset first byte of the chunk in the object
 * @param length bytes of the chunk, footer included
 * @param footerLength the chunk's footer is its last {@code footerLength} bytes
 * @param minTimestamp first timestamp, nanoseconds
 * @param maxTimestamp last timestamp, nanoseconds, inclusive
 * @param entries number of entries
 * @param lineBytes sum of the line lengths
 * @param blocks number of blocks
 */
public record ChunkRef(
    long chunkId,
    String packKey,
    long offset,
    int length,
    int footerLength,
    long minTimestamp,
    long maxTimestamp,
    long entries,
    long lineBytes,
    int blocks) {
  public ChunkRef {
    if (offset < 0 || length <= 0 || footerLength <= 0 || footerLength > length) {
      throw new IllegalArgumentException(
          "chunk position is not valid: offset "
              + offset
              + ", length "
              + length
              + ", footer "
              + footerLength);
    }
    if (minTimestamp > maxTimestamp || entries <= 0 || blocks <= 0) {
      throw new IllegalArgumentException("chunk counts are not valid in " + packKey);
    }
  }

  /** Returns the first byte of the footer in the object. */
  public long footerOffset() {
    return offset + length - footerLength;
  }

  /** Returns the same of an object of another name. */
  public ChunkRef withPackKey(String packKey) {
    return new ChunkRef(
        chunkId,
        packKey,
        offset,
        length,
        footerLength,
        minTimestamp,
        maxTimestamp,
        entries,
        lineBytes,
        blocks);
  }

  /** Returns whether an entry of the chunk may lie in the range, both ends inclusive. */
  public boolean overlaps(long fromNanos, long throughNanos) {
    return minTimestamp <= throughNanos && maxTimestamp >= fromNanos;
  }
}

package io.skald.storage.pack;

/**
 * Where a chunk lies, and what the index tells of it without opening it.
 *
 * @param chunkId unique inside the tenant
 * @param packKey key of the pack in the object store
 * @param offset first byte of the chunk in the pack
 * @param length of the chunk with its footer, in bytes
 * @param footerLength the footer is the end of the chunk
 * @param minTimestamp first timestamp, nanoseconds
 * @param maxTimestamp last timestamp, inclusive
 * @param entries number of entries
 * @param lineBytes sum of the line lengths before compression
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
    if (offset < 0 || footerLength < 0 || length < footerLength || minTimestamp > maxTimestamp) {
      throw new IllegalArgumentException(
          "impossible reference to chunk %d: offset %d, length %d, footer %d, time %d to %d"
              .formatted(chunkId, offset, length, footerLength, minTimestamp, maxTimestamp));
    }
  }

  /** Returns the first byte of the footer in the pack. */
  public long footerOffset() {
    return offset + length - footerLength;
  }

  /** Returns whether it may have entries in the range, both ends inclusive. */
  public boolean overlaps(long fromNanos, long throughNanos) {
    return minTimestamp <= throughNanos && maxTimestamp >= fromNanos;
  }
}

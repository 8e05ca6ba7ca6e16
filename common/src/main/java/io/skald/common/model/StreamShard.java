package io.skald.common.model;

/**
 * Some of a tenant's streams: of {@code count} shards, which together have all of them and none
 * twice, the one of this number.
 *
 * @param index from 0
 * @param count at least 1
 */
public record StreamShard(int index, int count) {
  /** All streams. */
  public static final StreamShard ALL = new StreamShard(0, 1);

  public StreamShard {
    if (count < 1 || index < 0 || index >= count) {
      throw new IllegalArgumentException("there is no shard " + index + " of " + count);
    }
  }

  /** Returns whether the stream is one of these. */
  public boolean holds(Fingerprint stream) {
    return count == 1 || Long.remainderUnsigned(stream.low(), count) == index;
  }
}

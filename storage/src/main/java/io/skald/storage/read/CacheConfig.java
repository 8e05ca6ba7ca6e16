package io.skald.storage.read;

/**
 * How much decoded data the readers keep, in bytes of heap.
 *
 * @param footerBytes chunk footers
 * @param columnBytes timestamps, line offsets, metadata and skip filters
 * @param lineBytes decompressed lines
 */
public record CacheConfig(long footerBytes, long columnBytes, long lineBytes) {
  private static final long MIB = 1 << 20;

  /** 128 MiB in all. */
  public static final CacheConfig DEFAULT = new CacheConfig(8 * MIB, 72 * MIB, 48 * MIB);

  public CacheConfig {
    if (footerBytes < 0 || columnBytes < 0 || lineBytes < 0) {
      throw new IllegalArgumentException(
          "cache sizes must not be negative: %d, %d, %d"
              .formatted(footerBytes, columnBytes, lineBytes));
    }
  }
}

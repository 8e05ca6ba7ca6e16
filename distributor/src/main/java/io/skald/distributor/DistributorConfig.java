package io.skald.distributor;

import io.skald.common.ring.DistributorRingConfig;

/**
 * The bounds of pushes and how often they are stored.
 *
 * @param maxRecvMsgSize the largest body, bytes
 * @param maxDecompressedSize the largest body after decompression, bytes
 * @param maxInflightDecodedBytes of all decoded pushes together; more are refused with 503
 * @param maxRows the most streams, entries and metadata pairs of a push together
 * @param labelCacheBytes about how much memory the cache of label text may use
 * @param replicationFactor how many ingesters store each stream; 0 takes {@code
 *     common.replication_factor}
 * @param ring how distributors find each other
 */
public record DistributorConfig(
    long maxRecvMsgSize,
    long maxDecompressedSize,
    long maxInflightDecodedBytes,
    int maxRows,
    long labelCacheBytes,
    int replicationFactor,
    DistributorRingConfig ring) {
  public static final DistributorConfig DEFAULTS =
      new DistributorConfig(100L << 20, 128L << 20, 256L << 20, 5_000_000, 16L << 20, 0);

  /** Lines are ranges of one array. */
  private static final long MOST_DECOMPRESSED = Integer.MAX_VALUE - 8L;

  public DistributorConfig {
    if (maxRecvMsgSize <= 0) {
      throw new IllegalArgumentException(
          "distributor.max_recv_msg_size must be positive: " + maxRecvMsgSize);
    }
    if (maxDecompressedSize <= 0 || maxDecompressedSize > MOST_DECOMPRESSED) {
      throw new IllegalArgumentException(
          "distributor.max_decompressed_size must be from 1 to "
              + MOST_DECOMPRESSED
              + ": "
              + maxDecompressedSize);
    }
    if (maxInflightDecodedBytes < maxDecompressedSize) {
      throw new IllegalArgumentException(
          "distributor.max_inflight_decoded_bytes must hold a push of max_decompressed_size, "
              + maxDecompressedSize
              + ": "
              + maxInflightDecodedBytes);
    }
    if (maxRows <= 0) {
      throw new IllegalArgumentException("distributor.max_rows must be positive: " + maxRows);
    }
    if (labelCacheBytes < 0) {
      throw new IllegalArgumentException(
          "distributor.label_cache_bytes must not be negative: " + labelCacheBytes);
    }
    if (replicationFactor < 0) {
      throw new IllegalArgumentException(
          "replication_factor must be at least 1: " + replicationFactor);
    }
  }

  /** A distributor that takes part in no ring of several. */
  public DistributorConfig(
      long maxRecvMsgSize,
      long maxDecompressedSize,
      long maxInflightDecodedBytes,
      int maxRows,
      long labelCacheBytes,
      int replicationFactor) {
    this(
        maxRecvMsgSize,
        maxDecompressedSize,
        maxInflightDecodedBytes,
        maxRows,
        labelCacheBytes,
        replicationFactor,
        DistributorRingConfig.DEFAULTS);
  }

  public DistributorConfig withReplicationFactor(int factor) {
    return new DistributorConfig(
        maxRecvMsgSize,
        maxDecompressedSize,
        maxInflightDecodedBytes,
        maxRows,
        labelCacheBytes,
        factor,
        ring);
  }
}

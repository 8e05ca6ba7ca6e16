package io.skald.common.ring;

/**
 * The block {@code ingester.lifecycler}. What is empty here is as {@code common.ring} says.
 *
 * @param numTokens how many points of the ring an ingester owns
 * @param tokensFilePath keeps them over restarts
 * @param availabilityZone replicas are spread over zones
 * @param unregisterOnShutdown whether an ingester that stops leaves the ring
 * @param id unique and stable over restarts
 * @param address by which others reach this process
 * @param port of its gRPC port, as others see it
 */
public record LifecyclerConfig(
    IngesterRing ring,
    int numTokens,
    String tokensFilePath,
    String availabilityZone,
    boolean unregisterOnShutdown,
    String id,
    String address,
    int port) {
  public static final LifecyclerConfig DEFAULTS =
      new LifecyclerConfig(
          new IngesterRing(KvstoreConfig.DEFAULTS, 0), 128, "", "", true, "", "", 0);

  private static final int MAX_TOKENS = 4096;

  public LifecyclerConfig {
    if (numTokens < 1 || numTokens > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "ingester.lifecycler.num_tokens must be 1 to " + MAX_TOKENS + ": " + numTokens);
    }
  }

  /**
   * The ring of ingesters.
   *
   * @param replicationFactor copies of every stream; 0 takes {@code common.replication_factor}
   */
  public record IngesterRing(KvstoreConfig kvstore, int replicationFactor) {
    public IngesterRing {
      if (replicationFactor < 0) {
        throw new IllegalArgumentException(
            "ring.replication_factor must be at least 1: " + replicationFactor);
      }
    }
  }
}

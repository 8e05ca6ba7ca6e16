package io.skald.common.ring;

/** The block {@code distributor.ring}: distributors count each other to share rates of tenants. */
public record DistributorRingConfig(KvstoreConfig kvstore) {
  public static final DistributorRingConfig DEFAULTS =
      new DistributorRingConfig(KvstoreConfig.DEFAULTS);
}

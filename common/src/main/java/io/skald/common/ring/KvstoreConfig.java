package io.skald.common.ring;

import java.util.List;

/**
 * The block {@code kvstore}: where the members of a ring find each other.
 *
 * @param store inmemory, etcd or memberlist; empty takes what {@code common.ring.kvstore} says, and
 *     there it is inmemory
 * @param prefix of the keys in etcd
 */
public record KvstoreConfig(String store, String prefix, EtcdConfig etcd) {
  public static final String IN_MEMORY = "inmemory";
  public static final String ETCD = "etcd";
  public static final String MEMBERLIST = "memberlist";

  public static final KvstoreConfig DEFAULTS =
      new KvstoreConfig("", "collectors/", EtcdConfig.DEFAULTS);

  public KvstoreConfig {
    if (store.equals("consul") || store.equals("multi")) {
      throw new IllegalArgumentException(
          "kvstore.store " + store + " is not supported; use etcd or memberlist");
    }
    if (!List.of("", IN_MEMORY, ETCD, MEMBERLIST).contains(store)) {
      throw new IllegalArgumentException(
          "kvstore.store must be inmemory, etcd or memberlist: " + store);
    }
    if (store.equals(ETCD) && etcd.endpoints().isEmpty()) {
      throw new IllegalArgumentException("kvstore.store etcd needs kvstore.etcd.endpoints");
    }
    if (!prefix.endsWith("/")) {
      throw new IllegalArgumentException("kvstore.prefix must end with a slash: " + prefix);
    }
  }

  /** Returns this, or what another block says if this names no store. */
  public KvstoreConfig or(KvstoreConfig other) {
    return store.isEmpty() ? other : this;
  }
}

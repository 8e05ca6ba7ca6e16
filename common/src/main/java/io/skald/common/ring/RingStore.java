package io.skald.common.ring;

import java.util.function.Supplier;

/**
 * Where the members of a ring find each other. {@link #get} returns the ring as it is known here,
 * without a wait; when the store cannot be reached, as it was known last. Thread-safe.
 */
public interface RingStore extends Supplier<Ring>, AutoCloseable {
  /**
   * Makes the instance known, or tells of a change, and counts as a heartbeat. Blocks.
   *
   * @throws RingStoreException if the store cannot be reached
   */
  void put(Instance instance);

  /**
   * Takes an instance out; does nothing if there is none. Blocks.
   *
   * @throws RingStoreException if the store cannot be reached
   */
  void remove(String id);

  @Override
  void close();
}

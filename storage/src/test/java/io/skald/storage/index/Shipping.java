package io.skald.storage.index;

import io.skald.storage.object.ObjectStore;
import io.skald.storage.wal.DrivenClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** Opens indexes that ship to a store, for tests. */
final class Shipping {
  static final long NOW = 1_795_200_000_000_000_000L;

  private Shipping() {}

  static ShippingIndex open(Path folder, ObjectStore store) {
    return open(folder, store, new DrivenClock(NOW), 1);
  }

  static ShippingIndex open(Path folder, ObjectStore store, DrivenClock clock, long seed) {
    return new ShippingIndex(
        new ShippingIndex.Settings(
            folder.resolve("local"), folder.resolve("cache"), 1 << 30, Duration.ofMinutes(10)),
        store,
        "test-" + seed,
        clock,
        new Random(seed));
  }
}

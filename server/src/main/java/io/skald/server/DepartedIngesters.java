package io.skald.server;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Has the index listed again when an ingester has left. It told of what it had flushed lately,
 * which a list from before need not show; those that are left may not have listed it either. To be
 * run when ingesters have answered: whoever had left before they were asked is missed here.
 * Thread-safe.
 */
public final class DepartedIngesters implements Runnable {
  private final Supplier<Ring> ring;
  private final Runnable expire;
  private Set<String> known = Set.of(); // guarded by this

  public DepartedIngesters(Supplier<Ring> ring, Runnable expire) {
    this.ring = ring;
    this.expire = expire;
  }

  @Override
  public synchronized void run() {
    Set<String> present =
        ring.get().instances().stream().map(Instance::id).collect(Collectors.toUnmodifiableSet());
    if (!present.containsAll(known)) {
      expire.run();
    }
    known = present;
  }
}

package io.skald.common.ring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ring store of a single process: instances register directly. Thread-safe. */
public final class InMemoryRing implements RingStore {
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private volatile Ring ring = new Ring(List.of());

  @Override
  public synchronized void put(Instance instance) {
    instances.put(instance.id(), instance);
    ring = ring.next(List.copyOf(instances.values()));
  }

  @Override
  public synchronized void remove(String id) {
    instances.remove(id);
    ring = ring.next(List.copyOf(instances.values()));
  }

  @Override
  public Ring get() {
    return ring;
  }

  @Override
  public void close() {}
}

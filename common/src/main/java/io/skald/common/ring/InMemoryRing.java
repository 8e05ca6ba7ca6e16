package io.skald.common.ring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The ring store of a single process: instances register directly. Thread-safe. */
public final class InMemoryRing implements Supplier<Ring> {
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private volatile Ring ring = new Ring(List.of());

  /** Adds an instance or replaces the one with its id. */
  public synchronized void put(Instance instance) {
    instances.put(instance.id(), instance);
    ring = new Ring(List.copyOf(instances.values()));
  }

  public synchronized void remove(String id) {
    instances.remove(id);
    ring = new Ring(List.copyOf(instances.values()));
  }

  @Override
  public Ring get() {
    return ring;
  }
}

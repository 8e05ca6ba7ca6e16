package io.skald.querier.rule;

import io.skald.common.model.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What waits to be sent, in its order. When it is full the oldest gives way: what is newer says
 * more. Thread-safe.
 */
public final class BoundedQueue<T> {
  /** Things of one tenant that are sent together. */
  public record Batch<T>(TenantId tenant, List<T> items) {
    public Batch {
      items = List.copyOf(items);
    }
  }

  private record Item<T>(TenantId tenant, T value) {}

  private final int capacity;
  private final ArrayDeque<Item<T>> items = new ArrayDeque<>(); // guarded by this
  private long dropped; // guarded by this
  private boolean closed; // guarded by this

  public BoundedQueue(int capacity) {
    this.capacity = capacity;
  }

  public synchronized void add(TenantId tenant, List<T> values) {
    for (T value : values) {
      if (items.size() == capacity) {
        items.removeFirst();
        dropped++;
      }
      items.addLast(new Item<>(tenant, value));
    }
    notifyAll();
  }

  /**
   * Waits for something and takes the oldest, with what follows of the same tenant. After {@link
   * #close} it takes what is left, and then an empty batch.
   */
  public synchronized Batch<T> take(int max) throws InterruptedException {
    while (items.isEmpty() && !closed) {
      wait();
    }
    List<T> taken = new ArrayList<>();
    Item<T> first = items.peekFirst();
    TenantId tenant = first == null ? TenantId.SINGLE : first.tenant();
    while (taken.size() < max
        && items.peekFirst() instanceof Item<T>(TenantId of, T value)
        && of.equals(tenant)) {
      taken.add(value);
      items.removeFirst();
    }
    return new Batch<>(tenant, taken);
  }

  /** Lets takers end when nothing is left. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  public synchronized int size() {
    return items.size();
  }

  /** Returns how many gave way. */
  public synchronized long dropped() {
    return dropped;
  }
}

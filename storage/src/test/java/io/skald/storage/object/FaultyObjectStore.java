package io.skald.storage.object;

import io.skald.common.block.StorageException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * Another store with the faults of one behind a network, drawn from a seed: calls that take time,
 * that fail before they had an effect, in the middle of it, or after it, and lists that do not know
 * what happened last. Thread-safe if the other store is.
 */
public final class FaultyObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final RandomGenerator random;
  private final Consumer<Duration> sleep;
  private final LongAdder reads = new LongAdder();
  private volatile Faults faults = Faults.NONE;

  // Guarded by this: what lists do not know yet.
  private final TreeSet<String> unlisted = new TreeSet<>();
  private final TreeSet<String> stillListed = new TreeSet<>();

  /**
   * How likely each fault is, from 0 to 1.
   *
   * @param before a call fails and has no effect; a put may have sent a part of its bytes, which
   *     nobody sees
   * @param after a call has its effect and fails
   * @param stale a put or delete does not show in lists until {@link #settle}
   * @param latency up to which a call takes
   */
  public record Faults(double before, double after, double stale, Duration latency) {
    public static final Faults NONE = new Faults(0, 0, 0, Duration.ZERO);

    /** Everything fails. */
    public static final Faults DOWN = new Faults(1, 0, 0, Duration.ZERO);
  }

  /**
   * @param random used under a lock
   * @param sleep passes the time that a call takes
   */
  public FaultyObjectStore(ObjectStore store, RandomGenerator random, Consumer<Duration> sleep) {
    this.store = store;
    this.random = random;
    this.sleep = sleep;
  }

  /**
   * Returns a store that never fails.
   *
   * @param before told of each call before it has an effect, by its number from 1 on
   */
  public static FaultyObjectStore watched(ObjectStore store, IntConsumer before) {
    AtomicInteger calls = new AtomicInteger();
    FaultyObjectStore watched =
        new FaultyObjectStore(store, new Random(1), _ -> before.accept(calls.incrementAndGet()));
    watched.faults(new Faults(0, 0, 0, Duration.ofNanos(1)));
    return watched;
  }

  /** Sets what goes wrong from now on. */
  public void faults(Faults next) {
    faults = next;
  }

  /** Returns how many reads were asked for. */
  public long reads() {
    return reads.sum();
  }

  /** Lets lists know everything. */
  public synchronized void settle() {
    unlisted.clear();
    stillListed.clear();
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    Faults now = begin("put " + key);
    boolean isNew = !store.list(key).contains(key);
    store.put(key, parts);
    changed(key, isNew, now);
    end("put " + key, now);
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    reads.increment();
    begin("read " + key);
    return store.read(key, offset, length);
  }

  @Override
  public byte[] read(String key) {
    reads.increment();
    begin("read " + key);
    return store.read(key);
  }

  @Override
  public long size(String key) {
    begin("size " + key);
    return store.size(key);
  }

  @Override
  public List<String> list(String prefix) {
    begin("list " + prefix);
    TreeSet<String> keys = new TreeSet<>(store.list(prefix));
    synchronized (this) {
      keys.removeAll(unlisted);
      stillListed.stream().filter(key -> key.startsWith(prefix)).forEach(keys::add);
    }
    return List.copyOf(keys);
  }

  @Override
  public void delete(String key) {
    Faults now = begin("delete " + key);
    boolean wasThere = store.list(key).contains(key);
    store.delete(key);
    if (wasThere) {
      changed(key, false, now);
    }
    end("delete " + key, now);
  }

  private synchronized void changed(String key, boolean isNew, Faults now) {
    boolean isThere = store.list(key).contains(key);
    unlisted.remove(key);
    stillListed.remove(key);
    if (happens(now.stale)) {
      if (isThere && isNew) {
        unlisted.add(key);
      } else if (!isThere) {
        stillListed.add(key);
      }
    }
  }

  private Faults begin(String call) {
    Faults now = faults;
    if (!now.latency.isZero()) {
      sleep.accept(Duration.ofNanos((long) (now.latency.toNanos() * nextDouble())));
    }
    if (happens(now.before)) {
      throw new StorageException("made up: " + call + " failed");
    }
    return now;
  }

  private void end(String call, Faults now) {
    if (happens(now.after)) {
      throw new StorageException("made up: the answer to " + call + " got lost");
    }
  }

  private boolean happens(double probability) {
    return probability > 0 && nextDouble() < probability;
  }

  private synchronized double nextDouble() {
    return random.nextDouble();
  }
}

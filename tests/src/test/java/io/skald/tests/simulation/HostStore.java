package io.skald.tests.simulation;

import io.skald.common.block.StorageException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The object store as one host reaches it, or does not. */
final class HostStore implements ObjectStore {
  private static final long MAX_READ_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MAX_WRITE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final World world;
  private final SimulatedNetwork network;
  private final Host host;
  private final Host storeHost;
  private final ObjectStore store;
  private final boolean readsTakeTime;

  /**
   * @param readsTakeTime whether other threads may run during a read; not where several threads of
   *     a host read under a monitor, see {@link World}
   */
  HostStore(
      World world,
      SimulatedNetwork network,
      Host host,
      Host storeHost,
      ObjectStore store,
      boolean readsTakeTime) {
    this.world = world;
    this.network = network;
    this.host = host;
    this.storeHost = storeHost;
    this.store = store;
    this.readsTakeTime = readsTakeTime;
  }

  private <T> T read(Supplier<T> action) {
    return call(readsTakeTime ? MAX_READ_NANOS : 0, action);
  }

  /** A call takes time on the way there, and on the way back. */
  private <T> T call(long maxNanos, Supplier<T> action) {
    pass(maxNanos);
    T answer = action.get();
    pass(maxNanos);
    return answer;
  }

  private void pass(long maxNanos) {
    if (maxNanos > 0) {
      world.sleepThrough(world.between(0, maxNanos));
    }
    if (!network.reaches(host, storeHost)) {
      throw new StorageException("the object store is not reached from " + host);
    }
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    call(
        MAX_WRITE_NANOS,
        () -> {
          store.put(key, parts);
          return key;
        });
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    return read(() -> store.read(key, offset, length));
  }

  @Override
  public byte[] read(String key) {
    return read(() -> store.read(key));
  }

  @Override
  public long size(String key) {
    return read(() -> store.size(key));
  }

  @Override
  public List<String> list(String prefix) {
    return read(() -> store.list(prefix));
  }

  @Override
  public void delete(String key) {
    call(
        MAX_WRITE_NANOS,
        () -> {
          store.delete(key);
          return key;
        });
  }
}

package io.skald.server;

import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** An object store whose calls are counted and timed. Thread-safe, as the store below it. */
final class MeasuredObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final ServerMetrics.Timing operations;
  private final Clock clock;
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();

  MeasuredObjectStore(ObjectStore store, ServerMetrics metrics, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.operations =
        metrics.timing(
            "skald_object_store_operation_duration_seconds",
            "Time of calls to the object store.",
            "operation",
            "outcome");
    metrics.counter(
        "skald_object_store_read_bytes_total", "Bytes read from the object store.", readBytes::sum);
    metrics.counter(
        "skald_object_store_written_bytes_total",
        "Bytes written to the object store.",
        writtenBytes::sum);
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    timed(
        "put",
        () -> {
          store.put(key, parts);
          return true;
        });
    parts.forEach(part -> writtenBytes.add(part.remaining()));
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    return read(() -> store.read(key, offset, length));
  }

  @Override
  public byte[] read(String key) {
    return read(() -> store.read(key));
  }

  private byte[] read(Supplier<byte[]> call) {
    byte[] bytes = timed("read", call);
    readBytes.add(bytes.length);
    return bytes;
  }

  @Override
  public long size(String key) {
    return timed("size", () -> store.size(key));
  }

  @Override
  public List<String> list(String prefix) {
    return timed("list", () -> store.list(prefix));
  }

  @Override
  public void delete(String key) {
    timed(
        "delete",
        () -> {
          store.delete(key);
          return true;
        });
  }

  private <T> T timed(String operation, Supplier<T> call) {
    long started = clock.monotonicNanos();
    String outcome = "failed";
    try {
      T result = call.get();
      outcome = "done";
      return result;
    } catch (ObjectNotFoundException e) {
      outcome = "not_found"; // asked for what need not be there: nothing has failed
      throw e;
    } finally {
      operations.observe(clock.monotonicNanos() - started, operation, outcome);
    }
  }
}

package io.skald.storage.object.s3;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What was asked of the store since the process began. Thread-safe. */
public final class S3Statistics {
  private final LongAdder[] requests = adders();
  private final LongAdder[] retries = adders();
  private final LongAdder[] failures = adders();
  private final LongAdder[] nanos = adders();
  private final AtomicInteger running = new AtomicInteger();

  /** Returns one for each operation, by its ordinal. */
  private static LongAdder[] adders() {
    return Stream.generate(LongAdder::new)
        .limit(S3Operation.values().length)
        .toArray(LongAdder[]::new);
  }

  /** Returns attempts that were made, which is what a provider charges for. */
  public long requests(S3Operation operation) {
    return requests[operation.ordinal()].sum();
  }

  /** Returns attempts after the first one. */
  public long retries(S3Operation operation) {
    return retries[operation.ordinal()].sum();
  }

  /** Returns requests that failed after all attempts. */
  public long failures(S3Operation operation) {
    return failures[operation.ordinal()].sum();
  }

  /** Returns the time that all attempts took, without the pauses between. */
  public long nanos(S3Operation operation) {
    return nanos[operation.ordinal()].sum();
  }

  /** Returns attempts under way. */
  public int running() {
    return running.get();
  }

  void attemptBegins(S3Operation operation) {
    requests[operation.ordinal()].increment();
    running.incrementAndGet();
  }

  void attemptEnds(S3Operation operation, long tookNanos) {
    running.decrementAndGet();
    nanos[operation.ordinal()].add(tookNanos);
  }

  void retried(S3Operation operation) {
    retries[operation.ordinal()].increment();
  }

  void failed(S3Operation operation) {
    failures[operation.ordinal()].increment();
  }
}

package io.skald.storage.wal;

import io.skald.common.measure.DurationHistogram;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a log has done; written by its thread, read by any. */
final class WalCounters {
  private final LongAdder records = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder syncs = new LongAdder();
  private final LongAdder syncNanos = new LongAdder();
  private final AtomicLong maxSyncNanos = new AtomicLong();
  private final LongAdder failures = new LongAdder();
  private final LongAdder refusedForFullDisk = new LongAdder();
  private final LongAdder refusedForFailingDisk = new LongAdder();
  private final LongAdder refusedForSlowDisk = new LongAdder();

  /** From a fast disk with a cache that survives power loss to one that hangs. */
  private final DurationHistogram syncTimes =
      new DurationHistogram(.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5);

  void synced(long nanos, int recordCount, long byteCount) {
    syncs.increment();
    syncNanos.add(nanos);
    syncTimes.observe(nanos);
    maxSyncNanos.accumulateAndGet(nanos, Math::max);
    records.add(recordCount);
    bytes.add(byteCount);
  }

  void failed() {
    failures.increment();
  }

  void refusedForFullDisk() {
    refusedForFullDisk.increment();
  }

  void refusedForFailingDisk() {
    refusedForFailingDisk.increment();
  }

  void refusedForSlowDisk() {
    refusedForSlowDisk.increment();
  }

  WalStatistics snapshot(long queuedBytes, LogFiles files) {
    return new WalStatistics(
        records.sum(),
        bytes.sum(),
        syncs.sum(),
        syncNanos.sum(),
        maxSyncNanos.get(),
        failures.sum(),
        syncTimes.snapshot(),
        refusedForFullDisk.sum(),
        refusedForFailingDisk.sum(),
        refusedForSlowDisk.sum(),
        queuedBytes,
        files.segmentCount(),
        files.bytes());
  }
}

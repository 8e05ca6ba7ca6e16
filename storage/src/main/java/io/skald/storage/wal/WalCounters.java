package io.skald.storage.wal;

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

  void synced(long nanos, int recordCount, long byteCount) {
    syncs.increment();
    syncNanos.add(nanos);
    maxSyncNanos.accumulateAndGet(nanos, Math::max);
    records.add(recordCount);
    bytes.add(byteCount);
  }

  void failed() {
    failures.increment();
  }

  WalStatistics snapshot(long queuedBytes, LogFiles files) {
    return new WalStatistics(
        records.sum(),
        bytes.sum(),
        syncs.sum(),
        syncNanos.sum(),
        maxSyncNanos.get(),
        failures.sum(),
        queuedBytes,
        files.segmentCount(),
        files.bytes());
  }
}

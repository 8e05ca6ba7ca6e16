package io.skald.ingester;

import io.skald.common.measure.DurationHistogram;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What was flushed; written by flushes, read by any thread. */
final class FlushCounters {
  private final Map<FlushReason, LongAdder> chunks = new ConcurrentHashMap<>();
  private final LongAdder packs = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder checkpoints = new LongAdder();
  private final AtomicLong waiting = new AtomicLong();
  private final DurationHistogram packTimes =
      new DurationHistogram(.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60);

  void flushed(LiveChunk chunk, long storedBytes) {
    chunks.computeIfAbsent(chunk.reason(), _ -> new LongAdder()).increment();
    bytes.add(storedBytes);
    waiting.decrementAndGet();
  }

  /** A cycle has found so many closed chunks; those that an earlier one left are among them. */
  void planned(long chunkCount) {
    waiting.set(chunkCount);
  }

  void packWritten() {
    packs.increment();
  }

  /** A pack is written and indexed. */
  void packFlushed(long nanos) {
    packTimes.observe(nanos);
  }

  void failed() {
    failures.increment();
  }

  void checkpointWritten() {
    checkpoints.increment();
  }

  Map<FlushReason, Long> chunksByReason() {
    Map<FlushReason, Long> result = new EnumMap<>(FlushReason.class);
    for (FlushReason reason : FlushReason.values()) {
      LongAdder count = chunks.get(reason);
      result.put(reason, count == null ? 0 : count.sum());
    }
    return result;
  }

  long packs() {
    return packs.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  long waitingChunks() {
    return waiting.get();
  }

  DurationHistogram.Snapshot packTimes() {
    return packTimes.snapshot();
  }

  long failures() {
    return failures.sum();
  }

  long checkpoints() {
    return checkpoints.sum();
  }
}

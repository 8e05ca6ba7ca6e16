package io.skald.ingester;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What was flushed; written by flushes, read by any thread. */
final class FlushCounters {
  private final Map<FlushReason, LongAdder> chunks = new ConcurrentHashMap<>();
  private final LongAdder packs = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder checkpoints = new LongAdder();

  void flushed(LiveChunk chunk, long storedBytes) {
    chunks.computeIfAbsent(chunk.reason(), _ -> new LongAdder()).increment();
    bytes.add(storedBytes);
  }

  void packWritten() {
    packs.increment();
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

  long failures() {
    return failures.sum();
  }

  long checkpoints() {
    return checkpoints.sum();
  }
}

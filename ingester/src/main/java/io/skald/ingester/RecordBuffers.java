package io.skald.ingester;

import io.skald.storage.wal.RecordBuffer;
import java.util.ArrayDeque;

/** Keeps a few record buffers for the next pushes. Thread-safe. */
final class RecordBuffers {
  private static final int MAX_KEPT = 8;
  private static final int MAX_KEPT_BYTES = 4 << 20;
  private static final int INITIAL_BYTES = 64 << 10;

  private final ArrayDeque<RecordBuffer> free = new ArrayDeque<>();

  RecordBuffer take() {
    synchronized (free) {
      RecordBuffer kept = free.poll();
      if (kept != null) {
        return kept;
      }
    }
    return new RecordBuffer(INITIAL_BYTES);
  }

  void giveBack(RecordBuffer buffer) {
    if (buffer.capacity() > MAX_KEPT_BYTES) {
      return;
    }
    synchronized (free) {
      if (free.size() < MAX_KEPT) {
        free.push(buffer);
      }
    }
  }
}

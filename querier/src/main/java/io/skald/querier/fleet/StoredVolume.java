package io.skald.querier.fleet;

import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import java.util.List;

/**
 * How the line bytes of chunks lie in a range of time, as if each chunk were spread evenly over its
 * own.
 */
final class StoredVolume {
  /** Halvings of a range; of a day they leave less than a microsecond. */
  private static final int HALVINGS = 38;

  private final List<IndexedStream> streams;
  private final long fromNanos;
  private final long throughNanos;

  StoredVolume(List<IndexedStream> streams, long fromNanos, long throughNanos) {
    this.streams = streams;
    this.fromNanos = fromNanos;
    this.throughNanos = throughNanos;
  }

  int streams() {
    return streams.size();
  }

  double bytes() {
    return bytesThrough(throughNanos);
  }

  /** Returns the bytes between the begin of the range and {@code instant}, inclusive. */
  private double bytesThrough(long instant) {
    double sum = 0;
    for (IndexedStream stream : streams) {
      for (ChunkRef chunk : stream.chunks()) {
        long first = Math.max(chunk.minTimestamp(), fromNanos);
        long last = Math.min(chunk.maxTimestamp(), instant);
        if (first <= last) {
          double length = (double) chunk.maxTimestamp() - chunk.minTimestamp() + 1;
          sum += chunk.lineBytes() * ((double) last - first + 1) / length;
        }
      }
    }
    return sum;
  }

  /** Returns the instant through which there are about so many bytes. */
  long instantOf(double bytes) {
    long low = fromNanos;
    long high = throughNanos;
    for (int i = 0; i < HALVINGS && low < high; i++) {
      long middle = low + (high - low) / 2;
      if (bytesThrough(middle) < bytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

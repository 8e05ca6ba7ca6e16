package io.skald.logql.engine;

/** Follows ascending timestamps through the panes of {@link Windows}; one thread, one block. */
final class PaneCursor {
  private final Windows windows;
  private int firstStep;
  private int lastStep;
  private long end;

  PaneCursor(Windows windows, long firstTimestamp) {
    this.windows = windows;
    locate(firstTimestamp);
  }

  /** Moves to the pane of {@code timestamp}, which is not less than in earlier calls. */
  void advance(long timestamp) {
    if (timestamp > end) {
      locate(timestamp);
    }
  }

  private void locate(long timestamp) {
    firstStep = windows.firstStep(timestamp);
    lastStep = windows.lastStep(timestamp);
    end = windows.paneEnd(firstStep, lastStep);
  }

  /** Returns whether the current pane reaches to {@code timestamp}. */
  boolean covers(long timestamp) {
    return timestamp <= end;
  }

  /** Returns whether the pane lies in any window; panes between windows do not. */
  boolean inWindow() {
    return firstStep <= lastStep;
  }

  int firstStep() {
    return firstStep;
  }

  int lastStep() {
    return lastStep;
  }

  /** Returns the end of the current pane in {@code timestamps}, searching {@code [from, size)}. */
  int endIndex(long[] timestamps, int from, int size) {
    if (timestamps[size - 1] <= end) {
      return size;
    }
    int low = from;
    int high = size - 1; // timestamps[high] > end
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamps[middle] <= end) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

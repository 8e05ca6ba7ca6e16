package io.skald.logql.engine;

/** Numbers of entries of one block, ascending; reused from block to block. */
final class BlockSelection {
  private int[] entries = {};
  private int size;

  /** Returns an array of at least {@code capacity}, for a filter to fill. */
  int[] room(int capacity) {
    if (entries.length < capacity) {
      entries = new int[capacity];
    }
    return entries;
  }

  void fillRange(int from, int to) {
    room(to - from);
    for (int i = from; i < to; i++) {
      entries[i - from] = i;
    }
    size = to - from;
  }

  void setSize(int count) {
    size = count;
  }

  int size() {
    return size;
  }

  /** Returns the entries; the array may be longer. */
  int[] entries() {
    return entries;
  }

  int entry(int index) {
    return entries[index];
  }
}

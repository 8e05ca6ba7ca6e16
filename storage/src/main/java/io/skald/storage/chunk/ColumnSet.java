package io.skald.storage.chunk;

import java.util.Arrays;

/** A set of columns of values. Built by one owner, then only read. */
final class ColumnSet {
  private final long[] words = new long[(TemplateColumns.COUNT + Long.SIZE - 1) / Long.SIZE];

  void add(int column) {
    words[column >>> 6] |= 1L << column;
  }

  void addAll(ColumnSet other) {
    for (int i = 0; i < words.length; i++) {
      words[i] |= other.words[i];
    }
  }

  boolean contains(int column) {
    return (words[column >>> 6] >>> column & 1) != 0;
  }

  /** Returns whether both this and {@code other} have a column that {@code known} lacks. */
  boolean sharesBeyond(ColumnSet other, ColumnSet known) {
    long more = 0;
    for (int i = 0; i < words.length; i++) {
      more |= words[i] & other.words[i] & ~known.words[i];
    }
    return more != 0;
  }

  boolean isSame(ColumnSet other) {
    return Arrays.equals(words, other.words);
  }

  /** Returns the first column from {@code from} on, or -1. */
  int next(int from) {
    for (int column = from; column < TemplateColumns.COUNT; column = (column | 63) + 1) {
      long rest = words[column >>> 6] >>> column;
      if (rest != 0) {
        return column + Long.numberOfTrailingZeros(rest);
      }
    }
    return -1;
  }
}

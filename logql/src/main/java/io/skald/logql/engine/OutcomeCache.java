package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.pipeline.ByteHash;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of lines: the series of each, if it was kept, and its value. Parts of lines repeat
 * where whole lines do not, and a line that was seen costs a hash and a comparison instead of a
 * parser. Bounded; forgets everything when it is full. Confined to a thread.
 */
final class OutcomeCache {
  private static final int MAX_LINES = 1 << 16;
  private static final int MAX_BYTES = 1 << 22;

  /** Longer lines hardly repeat. */
  private static final int MAX_LINE_LENGTH = 128;

  private static final int MAX_METADATA_SETS = 256;

  /** Tells that entries with a set of metadata are not remembered. */
  static final int UNKNOWN_SET = -1;

  private static final int BYTES_PER_LINE = 48;

  private final MemoryBudget budget;
  private final Map<Labels, Integer> setNumbers = new HashMap<>();
  private Labels stream = Labels.EMPTY;

  /** Line numbers from 1, by hash; a power of two, at most half full. */
  private int[] slots = new int[512];

  private int[] hashes = new int[256];
  private int[] sets = new int[256];
  private int[] ends = new int[256];
  private @Nullable SeriesState[] states = new SeriesState[256];
  private double[] values = new double[256];
  private byte[] bytes = new byte[8192];
  private int count;

  /** The line that was looked for last, and its number if it was found. */
  private int found = -1;

  private int soughtHash;

  OutcomeCache(MemoryBudget budget) {
    this.budget = budget;
  }

  /** Begins with a stream, of which these labels matter. */
  void enter(Labels relevant) {
    if (!stream.equals(relevant)) {
      stream = relevant;
      clear();
    }
  }

  private void clear() {
    Arrays.fill(slots, 0);
    Arrays.fill(states, null);
    count = 0;
  }

  /** Returns a number for a set of metadata, or {@link #UNKNOWN_SET} if there are too many. */
  int setNumber(Labels metadata) {
    if (metadata.isEmpty()) {
      return 0;
    }
    Integer known = setNumbers.get(metadata);
    if (known == null && setNumbers.size() < MAX_METADATA_SETS) {
      known = setNumbers.size() + 1;
      setNumbers.put(metadata, known);
    }
    return known == null ? UNKNOWN_SET : known;
  }

  /** Looks for a line; {@link #state} and {@link #value} tell what became of it. */
  boolean find(int set, byte[] area, int start, int end) {
    soughtHash = ByteHash.of(area, start, end) + set;
    int mask = slots.length - 1;
    for (int slot = soughtHash & mask; slots[slot] != 0; slot = slot + 1 & mask) {
      int line = slots[slot] - 1;
      if (hashes[line] == soughtHash
          && sets[line] == set
          && Arrays.equals(bytes, startOf(line), ends[line], area, start, end)) {
        found = line;
        return true;
      }
    }
    return false;
  }

  private int startOf(int line) {
    return line == 0 ? 0 : ends[line - 1];
  }

  /** Returns the series of the line that was found, or null if it was not kept. */
  @Nullable SeriesState state() {
    return states[found];
  }

  double value() {
    return values[found];
  }

  /** Remembers the line that was just looked for and not found. */
  void keep(int set, byte[] area, int start, int end, @Nullable SeriesState state, double value) {
    int length = end - start;
    if (length > MAX_LINE_LENGTH) {
      return;
    }
    int bytesEnd = count == 0 ? 0 : ends[count - 1];
    if (count == MAX_LINES || bytesEnd + length > MAX_BYTES) {
      clear();
      bytesEnd = 0;
    }
    reserve(bytesEnd + length);
    System.arraycopy(area, start, bytes, bytesEnd, length);
    hashes[count] = soughtHash;
    sets[count] = set;
    ends[count] = bytesEnd + length;
    states[count] = state;
    values[count] = value;
    count++;
    place(count);
  }

  private void place(int number) {
    int mask = slots.length - 1;
    int slot = hashes[number - 1] & mask;
    while (slots[slot] != 0) {
      slot = slot + 1 & mask;
    }
    slots[slot] = number;
  }

  private void reserve(int byteCount) {
    if (byteCount > bytes.length) {
      int grown = Math.max(byteCount, 2 * bytes.length);
      budget.take(grown - bytes.length);
      bytes = Arrays.copyOf(bytes, grown);
    }
    if (count == ends.length) {
      budget.take((long) BYTES_PER_LINE * count);
      hashes = Arrays.copyOf(hashes, 2 * count);
      sets = Arrays.copyOf(sets, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      states = Arrays.copyOf(states, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
      slots = new int[4 * count];
      for (int number = 1; number <= count; number++) {
        place(number);
      }
    }
  }
}

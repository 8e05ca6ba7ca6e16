package io.skald.logql.pipeline;

import io.skald.logql.pipeline.json.JsonStrings;
import io.skald.logql.pipeline.logfmt.LogfmtScanner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The labels that the stages made for one entry, in the order they came. A value that comes from a
 * line stays bytes of that line until somebody asks for it: most lines are dropped, or counted by
 * one label of many.
 *
 * <p>A removed label keeps its slot, because a name that was extracted once is not extracted again
 * even after it was dropped. Arrays are kept from entry to entry. Not thread-safe.
 */
final class ParsedLabels {
  /** How the bytes of a value become text. */
  enum Encoding {
    PLAIN,
    JSON_ESCAPES,
    LOGFMT_ESCAPES
  }

  /** From here on a hash table finds names; below, comparing hashes one by one is faster. */
  private static final int LINEAR_SEARCH_LIMIT = 32;

  private static final byte[] NO_BYTES = {};

  private final ValueCache cache;
  private int count;
  private String[] names = new String[16];
  private int[] hashes = new int[16];
  private @Nullable String[] values = new @Nullable String[16];
  private byte[][] areas = new byte[16][];
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private Encoding[] encodings = new Encoding[16];
  private boolean[] removed = new boolean[16];

  /** Slot numbers plus one by hash, open addressing; empty until there are many labels. */
  private int[] table = {};

  private boolean tableUsed;
  private byte[] unescaped = new byte[64];

  ParsedLabels(ValueCache cache) {
    this.cache = cache;
  }

  void clear() {
    if (tableUsed) {
      Arrays.fill(table, 0);
      tableUsed = false;
    }
    Arrays.fill(values, 0, count, null);
    Arrays.fill(areas, 0, count, NO_BYTES);
    count = 0;
  }

  /** Returns the number of slots, those of removed labels included. */
  int count() {
    return count;
  }

  String name(int slot) {
    return names[slot];
  }

  boolean isRemoved(int slot) {
    return removed[slot];
  }

  void remove(int slot) {
    removed[slot] = true;
  }

  /** Returns the slot of a name, also of a removed label, or -1. */
  int find(String name) {
    int hash = name.hashCode();
    if (count > LINEAR_SEARCH_LIMIT) {
      return findInTable(name, hash);
    }
    for (int i = 0; i < count; i++) {
      if (hashes[i] == hash && names[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private int findInTable(String name, int hash) {
    if (!tableUsed) {
      buildTable();
    }
    int mask = table.length - 1;
    for (int at = spread(hash) & mask; table[at] != 0; at = (at + 1) & mask) {
      int slot = table[at] - 1;
      if (hashes[slot] == hash && names[slot].equals(name)) {
        return slot;
      }
    }
    return -1;
  }

  private void buildTable() {
    if (table.length < 4 * names.length) {
      table = new int[4 * names.length];
    } else {
      Arrays.fill(table, 0);
    }
    tableUsed = true;
    for (int slot = 0; slot < count; slot++) {
      enterInTable(slot);
    }
  }

  private void enterInTable(int slot) {
    int mask = table.length - 1;
    int at = spread(hashes[slot]) & mask;
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    table[at] = slot + 1;
  }

  private static int spread(int hash) {
    return hash ^ hash >>> 16;
  }

  /**
   * Sets a label to text.
   *
   * @param slot of the name, or -1 for a new label
   */
  void set(int slot, String name, String value) {
    int at = slot < 0 ? add(name) : slot;
    values[at] = value;
    removed[at] = false;
  }

  /** Sets a label to bytes, which must not change until {@link #clear}. */
  void set(int slot, String name, byte[] area, int start, int end, Encoding encoding) {
    int at = slot < 0 ? add(name) : slot;
    values[at] = null;
    areas[at] = area;
    starts[at] = start;
    ends[at] = end;
    encodings[at] = encoding;
    removed[at] = false;
  }

  private int add(String name) {
    if (count == names.length) {
      grow();
    }
    names[count] = name;
    hashes[count] = name.hashCode();
    if (tableUsed) {
      enterInTable(count);
    }
    return count++;
  }

  private void grow() {
    int capacity = 2 * count;
    names = Arrays.copyOf(names, capacity);
    hashes = Arrays.copyOf(hashes, capacity);
    values = Arrays.copyOf(values, capacity);
    areas = Arrays.copyOf(areas, capacity);
    starts = Arrays.copyOf(starts, capacity);
    ends = Arrays.copyOf(ends, capacity);
    encodings = Arrays.copyOf(encodings, capacity);
    removed = Arrays.copyOf(removed, capacity);
    if (tableUsed) {
      buildTable();
    }
  }

  /** Returns the text of a value, decoding it once. */
  String value(int slot) {
    String value = values[slot];
    if (value == null) {
      value = decode(areas[slot], starts[slot], ends[slot], encodings[slot]);
      values[slot] = value;
    }
    return value;
  }

  private String decode(byte[] area, int start, int end, Encoding encoding) {
    if (encoding == Encoding.PLAIN) {
      return cache.get(area, start, end);
    }
    if (unescaped.length < end - start) {
      unescaped = new byte[end - start];
    }
    int size =
        encoding == Encoding.JSON_ESCAPES
            ? JsonStrings.unescape(area, start, end, unescaped, 0)
            : LogfmtScanner.unescape(area, start, end, unescaped);
    return size <= 0 ? "" : cache.get(unescaped, 0, size);
  }

  /** Returns the value as a simple decimal number, or NaN if its text has to be looked at. */
  double simpleNumber(int slot) {
    return values[slot] == null && encodings[slot] == Encoding.PLAIN
        ? SimpleDecimal.parse(areas[slot], starts[slot], ends[slot])
        : Double.NaN;
  }
}

package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes label sets and hands out the one it made before where a set repeats, which is what label
 * sets do. Bounded: a set takes the place of another with the same slot. Not thread-safe.
 */
final class LabelSets {
  private static final int SLOTS = 256;
  private static final int MAX_MERGED = 1024;

  /** A larger set is not worth keeping. */
  private static final int MAX_CACHED_PAIRS = 64;

  private final @Nullable Labels[] results = new @Nullable Labels[SLOTS];

  /** What each result was made of, in the order it was added. */
  private final String[][] sources = new String[SLOTS][];

  private final IdentityHashMap<Labels, Labels> merged = new IdentityHashMap<>();
  private String[] pairs = new String[32];
  private int size;
  private int hash;

  private @Nullable Grouping grouping;
  private String[] groupNames = {};
  private @Nullable Labels ungrouped;
  private Labels grouped = Labels.EMPTY;

  /** Starts a new set. */
  void begin() {
    size = 0;
    hash = 0;
  }

  /** Adds a label; each name once. */
  void add(String name, String value) {
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
    }
    pairs[size] = name;
    pairs[size + 1] = value;
    size += 2;
    hash = 31 * (31 * hash + name.hashCode()) + value.hashCode();
  }

  /** Returns the set. */
  Labels finish() {
    if (size == 0) {
      return Labels.EMPTY;
    }
    if (size > 2 * MAX_CACHED_PAIRS) {
      return Labels.ofDistinct(Arrays.copyOf(pairs, size));
    }
    int spread = hash * 0x9E3779B1;
    int slot = (spread ^ spread >>> 16) & (SLOTS - 1);
    Labels known = results[slot];
    if (known != null && isSource(sources[slot])) {
      return known;
    }
    Labels made = Labels.ofDistinct(Arrays.copyOf(pairs, size));
    sources[slot] = Arrays.copyOf(pairs, size);
    results[slot] = made;
    return made;
  }

  private boolean isSource(String[] source) {
    if (source.length != size) {
      return false;
    }
    for (int i = size - 1; i >= 0; i--) {
      if (!source[i].equals(pairs[i])) {
        return false;
      }
    }
    return true;
  }

  /** Returns the labels of a stream and of one set of metadata, whose names are distinct. */
  Labels merged(Labels stream, Labels metadata) {
    Labels known = merged.get(metadata);
    if (known != null) {
      return known;
    }
    begin();
    addAll(stream);
    addAll(metadata);
    Labels made = finish();
    if (merged.size() >= MAX_MERGED) {
      merged.clear();
    }
    merged.put(metadata, made);
    return made;
  }

  private void addAll(Labels labels) {
    for (int i = 0; i < labels.size(); i++) {
      add(labels.name(i), labels.value(i));
    }
  }

  /** Returns the labels of the entry that {@code by} names; absent ones are left out. */
  @SuppressWarnings("ReferenceEquality") // A query hands in the same object for every entry.
  Labels by(LabelView labels, Grouping by) {
    if (by != grouping) {
      grouping = by;
      groupNames = by.labels().stream().distinct().toArray(String[]::new);
      ungrouped = null;
    }
    begin();
    for (String name : groupNames) {
      String value = labels.get(name);
      if (value != null) {
        add(name, value);
      }
    }
    return finish();
  }

  /** Returns {@code labels} without those that {@code without} names. */
  @SuppressWarnings("ReferenceEquality") // Repeated sets are the same object, see finish().
  Labels without(Labels labels, Grouping without) {
    if (without == grouping && labels == ungrouped) {
      return grouped;
    }
    begin();
    for (int i = 0; i < labels.size(); i++) {
      if (!without.labels().contains(labels.name(i))) {
        add(labels.name(i), labels.value(i));
      }
    }
    grouping = without;
    ungrouped = labels;
    grouped = finish();
    return grouped;
  }
}

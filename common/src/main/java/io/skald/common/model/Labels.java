package io.skald.common.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A set of labels: name/value pairs with unique names, sorted by name in UTF-8 byte order.
 *
 * <p>Used for the labels of a stream, for one set of structured metadata and for the labels of a
 * result series. Values may be empty (a pipeline can make such labels); ingestion drops empty ones
 * before it builds an instance.
 */
public final class Labels implements Comparable<Labels> {
  public static final Labels EMPTY = new Labels(new String[0]);

  /** Up to this length of the flat list, sorting in place is fastest. */
  private static final int MAX_INSERTION_SORT = 64;

  /** name, value, name, value, ... sorted by name. */
  private final String[] pairs;

  private int hash;
  private @Nullable String text;

  private Labels(String[] pairs) {
    this.pairs = pairs;
  }

  /**
   * Returns the labels of a flat list {@code name, value, name, value, ...} in any order.
   *
   * @throws IllegalArgumentException if the list is odd or a name stands twice
   */
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a name has no value: " + namesAndValues.length);
    }
    Builder builder = new Builder(namesAndValues.length / 2);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (builder.get(namesAndValues[i]) != null) {
        throw new IllegalArgumentException("label name stands twice: " + namesAndValues[i]);
      }
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  public static Labels of(Map<String, String> labels) {
    Builder builder = new Builder(labels.size());
    labels.forEach(builder::set);
    return builder.build();
  }

  /**
   * Returns the labels of a list {@code name, value, name, value, ...} in any order. For callers
   * that know their names to be distinct and may have very many of them: it neither checks nor
   * slows down with their number as {@link #of(String...)} does.
   *
   * @param namesAndValues taken over; must not be used afterwards
   */
  public static Labels ofDistinct(String[] namesAndValues) {
    if (namesAndValues.length == 0) {
      return EMPTY;
    }
    sort(namesAndValues);
    return new Labels(namesAndValues);
  }

  private static void sort(String[] pairs) {
    if (pairs.length <= MAX_INSERTION_SORT) {
      insertionSort(pairs);
      return;
    }
    Integer[] order = new Integer[pairs.length / 2];
    Arrays.setAll(order, i -> 2 * i);
    String[] unsorted = pairs.clone();
    Arrays.sort(order, (a, b) -> compareUtf8(unsorted[a], unsorted[b]));
    for (int i = 0; i < order.length; i++) {
      pairs[2 * i] = unsorted[order[i]];
      pairs[2 * i + 1] = unsorted[order[i] + 1];
    }
  }

  private static void insertionSort(String[] pairs) {
    for (int i = 2; i < pairs.length; i += 2) {
      String name = pairs[i];
      String value = pairs[i + 1];
      int at = i;
      while (at > 0 && compareUtf8(pairs[at - 2], name) > 0) {
        pairs[at] = pairs[at - 2];
        pairs[at + 1] = pairs[at - 1];
        at -= 2;
      }
      pairs[at] = name;
      pairs[at + 1] = value;
    }
  }

  public static Builder builder() {
    return new Builder(8);
  }

  /** Returns a builder that starts with these labels. */
  public Builder toBuilder() {
    Builder builder = new Builder(size() + 4);
    for (int i = 0; i < size(); i++) {
      builder.set(name(i), value(i));
    }
    return builder;
  }

  public int size() {
    return pairs.length / 2;
  }

  public boolean isEmpty() {
    return pairs.length == 0;
  }

  /** Returns the name at {@code index}, in sorted order. */
  public String name(int index) {
    return pairs[2 * index];
  }

  public String value(int index) {
    return pairs[2 * index + 1];
  }

  /** Returns the value of {@code name}, or null when the label is absent. */
  public @Nullable String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return pairs[i + 1];
      }
    }
    return null;
  }

  /** Returns the value of {@code name}, or "" when the label is absent. */
  public String getOrEmpty(String name) {
    String value = get(name);
    return value == null ? "" : value;
  }

  public boolean has(String name) {
    return get(name) != null;
  }

  /** Returns these labels and those of {@code others} whose names are not among them. */
  public Labels withUnder(Map<String, String> others) {
    if (others.isEmpty()) {
      return this;
    }
    Builder all = toBuilder();
    others.forEach((name, value) -> {
      if (!has(name)) {
        all.set(name, value);
      }
    });
    return all.build();
  }

  public SortedMap<String, String> toMap() {
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < size(); i++) {
      map.put(name(i), value(i));
    }
    return map;
  }

  /**
   * Returns the canonical text, {@code {a="1", b="2"}}; values are quoted with the escapes of a
   * query string literal.
   */
  @Override
  public String toString() {
    String result = text;
    if (result == null) {
      StringBuilder out = new StringBuilder("{");
      for (int i = 0; i < size(); i++) {
        if (i > 0) {
          out.append(", ");
        }
        out.append(name(i)).append('=');
        Quoting.appendQuoted(out, value(i));
      }
      result = out.append('}').toString();
      text = result;
    }
    return result;
  }

  /** Orders pair by pair, name before value; a prefix comes first. */
  @Override
  public int compareTo(Labels other) {
    int common = Math.min(pairs.length, other.pairs.length);
    for (int i = 0; i < common; i++) {
      int order = compareUtf8(pairs[i], other.pairs[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(pairs.length, other.pairs.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this || (other instanceof Labels labels && Arrays.equals(pairs, labels.pairs));
  }

  @Override
  public int hashCode() {
    int result = hash;
    if (result == 0) {
      result = Arrays.hashCode(pairs);
      hash = result;
    }
    return result;
  }

  /** Compares as UTF-8 bytes would compare; differs from String order only above U+D7FF. */
  static int compareUtf8(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        if (Character.isSurrogate(x) || Character.isSurrogate(y)) {
          return Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
        }
        return Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /** Collects labels; setting a name again replaces its value. Not thread-safe; reusable. */
  public static final class Builder {
    private String[] pairs;
    private int length;

    private Builder(int expectedLabels) {
      pairs = new String[Math.max(4, 2 * expectedLabels)];
    }

    public Builder set(String name, String value) {
      int at = find(name);
      if (at >= 0) {
        pairs[at + 1] = value;
        return this;
      }
      if (length == pairs.length) {
        pairs = Arrays.copyOf(pairs, 2 * length);
      }
      int insertAt = length;
      while (insertAt > 0 && compareUtf8(pairs[insertAt - 2], name) > 0) {
        pairs[insertAt] = pairs[insertAt - 2];
        pairs[insertAt + 1] = pairs[insertAt - 1];
        insertAt -= 2;
      }
      pairs[insertAt] = name;
      pairs[insertAt + 1] = value;
      length += 2;
      return this;
    }

    public Builder remove(String name) {
      int at = find(name);
      if (at >= 0) {
        System.arraycopy(pairs, at + 2, pairs, at, length - at - 2);
        length -= 2;
      }
      return this;
    }

    public @Nullable String get(String name) {
      int at = find(name);
      return at < 0 ? null : pairs[at + 1];
    }

    public boolean isEmpty() {
      return length == 0;
    }

    public Builder clear() {
      length = 0;
      return this;
    }

    public Labels build() {
      return length == 0 ? EMPTY : new Labels(Arrays.copyOf(pairs, length));
    }

    private int find(String name) {
      for (int i = 0; i < length; i += 2) {
        if (pairs[i].equals(name)) {
          return i;
        }
      }
      return -1;
    }
  }
}

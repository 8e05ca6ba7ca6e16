package io.skald.distributor.validate;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The failures of a push as one text: equal ones are counted, different ones joined. Bounded,
 * however many entries fail. Confined to one thread.
 */
public final class ErrorGroups {
  private static final int MAX_TEXTS = 32;
  private static final int MAX_CHARACTERS = 128 << 10;

  private final Map<String, int[]> counts = new LinkedHashMap<>();
  private int characters;
  private long others;

  void add(String text) {
    int[] known = counts.get(text);
    if (known != null) {
      known[0]++;
    } else if (isFull() && !counts.isEmpty()) {
      others++;
    } else {
      counts.put(text, new int[] {1});
      characters += text.length();
    }
  }

  /** Returns whether a text that is new will not be told. */
  boolean isFull() {
    return counts.size() >= MAX_TEXTS || characters >= MAX_CHARACTERS;
  }

  /** Counts a failure whose text is not wanted any more. */
  void addUntold() {
    others++;
  }

  public boolean isEmpty() {
    return counts.isEmpty();
  }

  /** Returns the text for the client, without a trailing newline; "" if nothing failed. */
  public String text() {
    boolean plain = counts.size() == 1 && others == 0 && counts.values().iterator().next()[0] == 1;
    if (plain) {
      return counts.keySet().iterator().next();
    }
    StringBuilder out = new StringBuilder();
    counts.forEach((text, count) -> {
      if (!out.isEmpty()) {
        out.append("; ");
      }
      out.append(count[0]).append(" errors like: ").append(text);
    });
    if (others > 0) {
      out.append("; ").append(others).append(" more errors");
    }
    return out.toString();
  }
}

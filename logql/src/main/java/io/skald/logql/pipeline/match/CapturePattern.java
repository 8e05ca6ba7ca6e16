package io.skald.logql.pipeline.match;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The expression of {@code | pattern}: literals and captures. A literal in front must begin the
 * line. Each capture runs to where the next literal first occurs; if it does not occur, the capture
 * takes the rest of the line and matching ends. Immutable.
 */
public final class CapturePattern {
  private final @Nullable ByteSearch prefix;
  private final List<Capture> captures;

  /**
   * @param index of the label in {@link #names}, or -1 for {@code <_>}
   * @param next the literal behind the capture, or null at the end
   */
  private record Capture(int index, @Nullable ByteSearch next) {}

  private final List<String> names;

  private CapturePattern(@Nullable ByteSearch prefix, List<Capture> captures, List<String> names) {
    this.prefix = prefix;
    this.captures = captures;
    this.names = List.copyOf(names);
  }

  /**
   * @throws IllegalArgumentException if two captures stand side by side, a name stands twice or
   *     there is none
   */
  public static CapturePattern compile(String expression) {
    List<PatternParts.Part> parts = PatternParts.of(expression);
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    List<Capture> captures = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      PatternParts.Part part = parts.get(i);
      if (!part.capture()) {
        continue;
      }
      int index = -1;
      if (!part.name().isEmpty()) {
        if (!seen.add(part.name())) {
          throw new IllegalArgumentException(
              "duplicate capture name (" + part.name() + "): invalid expression");
        }
        index = names.size();
        names.add(part.name());
      }
      captures.add(new Capture(index, i + 1 < parts.size() ? search(parts.get(i + 1)) : null));
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("at least one capture is required");
    }
    PatternParts.Part first = parts.getFirst();
    return new CapturePattern(first.capture() ? null : search(first), captures, names);
  }

  private static ByteSearch search(PatternParts.Part literal) {
    return ByteSearch.of(literal.text().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the named captures in order. */
  public List<String> names() {
    return names;
  }

  /**
   * Matches the line {@code area[start, end)}.
   *
   * @param bounds receives begin and end of the n-th named capture at 2n and 2n + 1; begin is -1
   *     for one that was not reached
   * @return whether anything was captured
   */
  public boolean match(byte[] area, int start, int end, int[] bounds) {
    Arrays.fill(bounds, 0, 2 * names.size(), -1);
    if (start == end) {
      return false;
    }
    int at = start;
    if (prefix != null) {
      if (end - start < prefix.length()
          || prefix.find(area, start, start + prefix.length()) != start) {
        return false;
      }
      at += prefix.length();
    }
    for (Capture capture : captures) {
      ByteSearch next = capture.next;
      int found = next == null ? -1 : next.find(area, at, end);
      int captureEnd = found < 0 ? end : found;
      if (capture.index >= 0) {
        bounds[2 * capture.index] = at;
        bounds[2 * capture.index + 1] = captureEnd;
      }
      if (found < 0 || next == null) {
        break;
      }
      at = found + next.length();
    }
    return true;
  }
}

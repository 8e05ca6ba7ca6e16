package io.skald.logql.pipeline.match;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The test of {@code |>}: literals and {@code <_>}. The first literal may stand anywhere, each
 * following one is taken where it first occurs, without going back; {@code <_>} takes at least one
 * byte. The line must end with a literal at the end of the pattern, and must go on for a {@code
 * <_>} there.
 */
final class LinePattern implements LineTest {
  private final List<ByteSearch> literals;
  private final boolean beginsWithCapture;
  private final boolean endsWithCapture;

  private LinePattern(
      List<ByteSearch> literals, boolean beginsWithCapture, boolean endsWithCapture) {
    this.literals = literals;
    this.beginsWithCapture = beginsWithCapture;
    this.endsWithCapture = endsWithCapture;
  }

  /**
   * @throws IllegalArgumentException if there is a named capture or two captures side by side
   */
  static LineTest compile(String expression) {
    if (expression.isEmpty()) {
      return (area, start, end) -> start == end;
    }
    List<PatternParts.Part> parts = PatternParts.of(expression);
    List<ByteSearch> literals = new ArrayList<>();
    for (PatternParts.Part part : parts) {
      if (!part.name().isEmpty()) {
        throw new IllegalArgumentException(
            "named captures are not allowed: found '<" + part.name() + ">'");
      }
      if (!part.capture()) {
        literals.add(ByteSearch.of(part.text().getBytes(StandardCharsets.UTF_8)));
      }
    }
    return new LinePattern(literals, parts.getFirst().capture(), parts.getLast().capture());
  }

  @Override
  public boolean test(byte[] area, int start, int end) {
    int at = start;
    boolean gap = beginsWithCapture;
    for (int i = 0; i < literals.size(); i++) {
      ByteSearch literal = literals.get(i);
      int found = literal.find(area, at, end);
      if (found < 0 || (gap && found == at)) {
        return false;
      }
      at = found + literal.length();
      gap = true;
    }
    return endsWithCapture ? at < end : at == end;
  }

  @Override
  public List<ByteSearch> requiredAnyOf() {
    @Nullable ByteSearch longest =
        literals.stream().max(Comparator.comparingInt(ByteSearch::length)).orElse(null);
    return longest == null ? List.of() : List.of(longest);
  }

  @Override
  public List<List<ByteSearch>> requiredSets() {
    return literals.stream().map(List::of).toList();
  }
}

package io.skald.logql.pipeline.match;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Passes lines that contain at least one of some literals. */
record AnyLiteral(List<ByteSearch> literals) implements LineTest {
  AnyLiteral {
    literals = List.copyOf(literals);
  }

  /** Returns the test of {@code |= "text"}; an empty text is everywhere. */
  static LineTest contains(String text) {
    return text.isEmpty()
        ? new Constant(true)
        : new AnyLiteral(List.of(ByteSearch.of(text.getBytes(StandardCharsets.UTF_8))));
  }

  @Override
  public boolean test(byte[] area, int start, int end) {
    for (int i = 0; i < literals.size(); i++) {
      if (literals.get(i).isIn(area, start, end)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<ByteSearch> requiredAnyOf() {
    return literals;
  }

  @Override
  public boolean decidedByLiterals() {
    return true;
  }
}

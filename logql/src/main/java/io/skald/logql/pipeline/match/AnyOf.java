package io.skald.logql.pipeline.match;

import java.util.ArrayList;
import java.util.List;

/** Passes lines that at least one of some tests passes. */
record AnyOf(List<LineTest> alternatives) implements LineTest {
  AnyOf {
    alternatives = List.copyOf(alternatives);
  }

  /** Returns the simplest test that says the same. */
  static LineTest of(List<LineTest> tests) {
    if (tests.size() == 1) {
      return tests.getFirst();
    }
    if (tests.contains(new Constant(true))) {
      return new Constant(true);
    }
    List<ByteSearch> literals = new ArrayList<>();
    for (LineTest test : tests) {
      if (!(test instanceof AnyLiteral(List<ByteSearch> some))) {
        return new AnyOf(tests);
      }
      literals.addAll(some);
    }
    return new AnyLiteral(literals);
  }

  @Override
  public boolean test(byte[] area, int start, int end) {
    for (int i = 0; i < alternatives.size(); i++) {
      if (alternatives.get(i).test(area, start, end)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<ByteSearch> requiredAnyOf() {
    List<ByteSearch> all = new ArrayList<>();
    for (LineTest alternative : alternatives) {
      List<ByteSearch> required = alternative.requiredAnyOf();
      if (required.isEmpty()) {
        return List.of();
      }
      all.addAll(required);
    }
    return all;
  }

  @Override
  public boolean decidedByLiterals() {
    return alternatives.stream().allMatch(LineTest::decidedByLiterals);
  }
}

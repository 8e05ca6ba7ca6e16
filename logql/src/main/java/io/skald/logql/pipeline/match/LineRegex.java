package io.skald.logql.pipeline.match;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An unanchored search for a regular expression of RE2 syntax. The engine runs in linear time but
 * slowly, so literals go first: a line without the literals that a match must contain never reaches
 * it, and an expression that is nothing but literals does not need it at all.
 *
 * <p>Case folding adds two characters to the ASCII letters, U+212A to k and U+017F to s. A line that
 * holds one of them is a candidate like one that holds the literal, and the engine decides.
 */
final class LineRegex implements LineTest {
  private final Pattern pattern;

  /** Strings of which one alone makes a match; null if the engine must always decide. */
  private final @Nullable List<ByteSearch> sufficient;

  /** Sets of which a match contains one string each; the first is the one to search blocks for. */
  private final List<List<ByteSearch>> required;

  private LineRegex(
      Pattern pattern,
      @Nullable List<ByteSearch> sufficient,
      List<List<ByteSearch>> required) {
    this.pattern = pattern;
    this.sufficient = sufficient;
    this.required = List.copyOf(required);
  }

  /**
   * @throws IllegalArgumentException with Go's message if the expression is not valid
   */
  static LineTest compile(String expression) {
    Pattern pattern = RegexErrors.compile(expression);
    RegexLiterals literals = RegexLiterals.of(expression);
    if (literals.matchesEmpty()) {
      return new Constant(true);
    }
    List<RegexLiterals.Literal> exact = literals.exact();
    List<List<ByteSearch>> required = new ArrayList<>();
    for (List<RegexLiterals.Literal> set : exact == null ? literals.required() : List.of(exact)) {
      List<ByteSearch> searches = new ArrayList<>(searches(set));
      searches.addAll(RegexLiterals.foreignLetters(set));
      required.add(searches);
    }
    if (exact != null && RegexLiterals.foreignLetters(exact).isEmpty()) {
      return new AnyLiteral(searches(exact));
    }
    return new LineRegex(pattern, exact == null ? null : searches(exact), required);
  }

  private static List<ByteSearch> searches(List<RegexLiterals.Literal> literals) {
    return literals.stream().map(RegexLiterals.Literal::search).toList();
  }

  @Override
  public boolean test(byte[] area, int start, int end) {
    if (sufficient != null && containsOneOf(sufficient, area, start, end)) {
      return true;
    }
    for (int i = 0; i < required.size(); i++) {
      if (!containsOneOf(required.get(i), area, start, end)) {
        return false;
      }
    }
    return pattern.matcher(Utf8.validCopy(area, start, end)).find();
  }

  private static boolean containsOneOf(List<ByteSearch> literals, byte[] area, int start, int end) {
    for (int i = 0; i < literals.size(); i++) {
      if (literals.get(i).isIn(area, start, end)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<ByteSearch> requiredAnyOf() {
    return required.isEmpty() ? List.of() : required.getFirst();
  }

  @Override
  public List<List<ByteSearch>> requiredSets() {
    return required;
  }
}

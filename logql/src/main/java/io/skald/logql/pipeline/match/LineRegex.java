package io.skald.logql.pipeline.match;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An unanchored search for a regular expression of RE2 syntax. Literals go first: a line without
 * the literals that a match must contain is done with, and an expression that is nothing but
 * literals needs no more. Then an automaton decides. The engine, which is linear too but slow, is
 * for the expressions that the automaton does not know or that grow too large for it.
 *
 * <p>Case folding adds two characters to the ASCII letters, U+212A to k and U+017F to s. A line
 * that holds one of them is a candidate like one that holds the literal, and the engine decides.
 */
final class LineRegex implements LineTest {
  private final Pattern pattern;

  /** Strings of which one alone makes a match; null if the engine must always decide. */
  private final @Nullable List<ByteSearch> sufficient;

  /** Sets of which a match contains one string each; the first is the one to search blocks for. */
  private final List<List<ByteSearch>> required;

  /** Null if the expression is not for it. */
  private final @Nullable RegexAutomaton automaton;

  private LineRegex(
      Pattern pattern,
      @Nullable RegexAutomaton automaton,
      @Nullable List<ByteSearch> sufficient,
      List<List<ByteSearch>> required) {
    this.pattern = pattern;
    this.automaton = automaton;
    this.sufficient = sufficient;
    this.required = List.copyOf(required);
  }

  /**
   * @throws IllegalArgumentException with Go's message if the expression is not valid
   */
  static LineTest compile(String expression) {
    Pattern pattern = RegexErrors.compile(expression);
    Optional<RegexNode> node = RegexReader.read(expression);
    RegexLiterals literals = node.map(RegexLiterals::of).orElse(RegexLiterals.NONE);
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
    RegexAutomaton automaton = node.flatMap(RegexProgram::of).map(RegexAutomaton::new).orElse(null);
    return new LineRegex(pattern, automaton, exact == null ? null : searches(exact), required);
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
    if (automaton == null) {
      return find(Utf8.validCopy(area, start, end));
    }
    if (!Utf8.isValid(area, start, end)) {
      byte[] valid = Utf8.validCopy(area, start, end);
      return decide(automaton, valid, 0, valid.length);
    }
    return decide(automaton, area, start, end);
  }

  @Override
  public TemplateVerdict onTemplate(byte[] text, int start, int end) {
    if (automaton == null || !Utf8.isValid(text, start, end)) {
      return TemplateVerdict.MAYBE;
    }
    return switch (automaton.runTemplate(text, start, end)) {
      case MATCH -> TemplateVerdict.YES;
      case NO_MATCH -> TemplateVerdict.NO;
      case UNDECIDED -> TemplateVerdict.MAYBE;
    };
  }

  private boolean decide(RegexAutomaton decider, byte[] area, int start, int end) {
    return switch (decider.run(area, start, end)) {
      case MATCH -> true;
      case NO_MATCH -> false;
      case UNDECIDED -> find(Arrays.copyOfRange(area, start, end));
    };
  }

  /** Text, not bytes: on bytes above ASCII the engine gets {@code ^} and {@code \b} wrong. */
  private boolean find(byte[] line) {
    return pattern.matcher(new String(line, StandardCharsets.UTF_8)).find();
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

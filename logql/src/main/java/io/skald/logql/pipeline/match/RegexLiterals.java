package io.skald.logql.pipeline.match;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The literals of a regular expression (R. Cox, "Regular Expression Matching with a Trigram Index",
 * describes the method): either the few strings that are all it can match, or sets of strings of
 * which a match must contain one each.
 *
 * @param matchesEmpty whether it matches the empty text anywhere, and so every line
 * @param exact the strings it can match, or null when there are others or too many
 * @param required sets of which every match contains at least one string each
 */
record RegexLiterals(
    boolean matchesEmpty, @Nullable List<Literal> exact, List<List<Literal>> required) {
  /** More alternatives than this are slower to search than the engine. */
  private static final int MAX_ALTERNATIVES = 16;

  private static final int MAX_LENGTH = 256;

  /** A shorter literal is in most lines. */
  private static final int MIN_USEFUL_LENGTH = 2;

  private static final int MAX_REQUIRED = 3;

  /** A part that repeats more often than this is not written out. */
  private static final int MAX_UNROLLED = 8;

  /** What is known of an expression that cannot be read. */
  static final RegexLiterals NONE = new RegexLiterals(false, null, List.of());

  /** A string and whether its ASCII letters match in either case. */
  record Literal(String text, boolean fold) {
    private static final Literal EMPTY = new Literal("", false);

    /** Returns the two strings one after the other, or null if only one of them is to be folded. */
    @Nullable Literal then(Literal next) {
      if (text.length() + next.text.length() > MAX_LENGTH) {
        return null;
      }
      boolean fits = fold == next.fold || !hasLetters(fold ? next.text : text);
      return fits ? new Literal(text + next.text, fold || next.fold) : null;
    }

    ByteSearch search() {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return fold ? ByteSearch.ignoringAsciiCase(bytes) : ByteSearch.of(bytes);
    }

    /** Returns whether it holds {@code letter} (in lower case), to be matched in either case. */
    boolean folds(char letter) {
      return fold && text.chars().anyMatch(c -> (c | 0x20) == letter);
    }

    private static boolean hasLetters(String text) {
      return text.chars().anyMatch(c -> (c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    }
  }

  /** Returns what is known of an expression. */
  static RegexLiterals of(RegexNode node) {
    Facts facts = analyse(node);
    List<Literal> exact = facts.exact;
    boolean usable = exact != null && !facts.asserts && shortest(exact) > 0;
    return new RegexLiterals(
        facts.matchesEmpty,
        usable ? exact : null,
        facts.requirements().stream().limit(MAX_REQUIRED).toList());
  }

  /**
   * @param exact all strings the node can match, leaving its assertions aside; null if not known
   * @param asserts whether {@code exact} leaves assertions aside
   * @param required as of the whole; what {@code exact} says is not repeated
   */
  private record Facts(
      boolean matchesEmpty,
      boolean asserts,
      @Nullable List<Literal> exact,
      List<List<Literal>> required) {
    /** Returns the sets that a match must contain, the most selective first. */
    List<List<Literal>> requirements() {
      List<List<Literal>> all = new ArrayList<>(required);
      if (exact != null) {
        all.add(exact);
      }
      all.removeIf(set -> shortest(set) < MIN_USEFUL_LENGTH);
      all.sort((a, b) -> Integer.compare(shortest(b), shortest(a)));
      return all;
    }
  }

  private static int shortest(List<Literal> literals) {
    return literals.stream().mapToInt(literal -> literal.text.length()).min().orElse(0);
  }

  private static Facts analyse(RegexNode node) {
    return switch (node) {
      case RegexNode.Literal(int codePoint, boolean fold) ->
          new Facts(
              false, false, List.of(new Literal(Character.toString(codePoint), fold)), List.of());
      case RegexNode.Unknown _, RegexNode.OneOf _ -> new Facts(false, false, null, List.of());
      case RegexNode.Assertion _ -> new Facts(false, true, List.of(Literal.EMPTY), List.of());
      case RegexNode.Sequence(List<RegexNode> parts) -> sequence(parts);
      case RegexNode.Choice(List<RegexNode> alternatives) -> choice(alternatives);
      case RegexNode.Repeat(RegexNode part, int min, int max) -> repeat(part, min, max);
    };
  }

  private static Facts sequence(List<RegexNode> parts) {
    boolean matchesEmpty = true;
    boolean asserts = false;
    boolean whole = true;
    List<List<Literal>> required = new ArrayList<>();
    List<Literal> run = List.of(Literal.EMPTY);
    for (RegexNode part : parts) {
      Facts facts = analyse(part);
      matchesEmpty &= facts.matchesEmpty;
      asserts |= facts.asserts;
      required.addAll(facts.required);
      List<Literal> longer = facts.exact == null ? null : product(run, facts.exact);
      if (longer == null) {
        whole = false;
        required.add(run);
        run = facts.exact == null ? List.of(Literal.EMPTY) : facts.exact;
      } else {
        run = longer;
      }
    }
    if (!whole) {
      required.add(run);
    }
    required.removeIf(set -> shortest(set) == 0);
    return new Facts(matchesEmpty, asserts, whole ? run : null, required);
  }

  private static @Nullable List<Literal> product(List<Literal> left, List<Literal> right) {
    if (left.size() * right.size() > MAX_ALTERNATIVES) {
      return null;
    }
    Set<Literal> result = new LinkedHashSet<>();
    for (Literal a : left) {
      for (Literal b : right) {
        Literal joined = a.then(b);
        if (joined == null) {
          return null;
        }
        result.add(joined);
      }
    }
    return List.copyOf(result);
  }

  private static Facts choice(List<RegexNode> alternatives) {
    boolean matchesEmpty = false;
    boolean asserts = false;
    Set<Literal> exact = new LinkedHashSet<>();
    boolean allExact = true;
    Set<Literal> anyOf = new LinkedHashSet<>();
    boolean allRequire = true;
    for (RegexNode alternative : alternatives) {
      Facts facts = analyse(alternative);
      matchesEmpty |= facts.matchesEmpty;
      asserts |= facts.asserts;
      if (facts.exact == null) {
        allExact = false;
      } else {
        exact.addAll(facts.exact);
      }
      List<List<Literal>> requirements = facts.requirements();
      if (requirements.isEmpty()) {
        allRequire = false;
      } else {
        anyOf.addAll(requirements.getFirst());
      }
    }
    return new Facts(
        matchesEmpty,
        asserts,
        allExact && exact.size() <= MAX_ALTERNATIVES ? List.copyOf(exact) : null,
        allRequire && anyOf.size() <= MAX_ALTERNATIVES ? List.of(List.copyOf(anyOf)) : List.of());
  }

  private static Facts repeat(RegexNode part, int min, int max) {
    if (max == 0) {
      return new Facts(true, false, List.of(Literal.EMPTY), List.of());
    }
    Facts once = analyse(part);
    if (min == 0) {
      List<Literal> exact = null;
      if (max == 1 && once.exact != null) {
        exact = new ArrayList<>(once.exact);
        exact.add(Literal.EMPTY);
      }
      return new Facts(true, once.asserts, exact, List.of());
    }
    if (min == max && min <= MAX_UNROLLED) {
      return sequence(Collections.nCopies(min, part));
    }
    return new Facts(once.matchesEmpty, once.asserts, null, once.requirements());
  }

  /** Returns the two characters that case folding adds to ASCII letters, as far as they matter. */
  static List<ByteSearch> foreignLetters(List<Literal> literals) {
    List<ByteSearch> result = new ArrayList<>();
    for (String pair : List.of("k\u212A", "s\u017F")) {
      if (literals.stream().anyMatch(literal -> literal.folds(pair.charAt(0)))) {
        result.add(ByteSearch.of(pair.substring(1).getBytes(StandardCharsets.UTF_8)));
      }
    }
    return result;
  }}

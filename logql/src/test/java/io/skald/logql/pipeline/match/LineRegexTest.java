package io.skald.logql.pipeline.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.skald.common.block.LineTemplates;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LineRegexTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          error                                -> error
          error|warn                           -> error warn
          (?:time|dead)(?:out|line)            -> timeout timeline deadout deadline
          [Ee]rror                             -> Error error
          a\\.b                                -> a.b
          \\Qa.b|c\\E                          -> a.b|c
          ab{2}                                -> abb
          """)
  void compile_literals_searchesThem(String expression, String literals) {
    assertThat(literals(LineTest.matches(expression))).isEqualTo(literals);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          (?i)timeout.*(backend|sockettimeout) -> timeout
          ^start of                            -> start of
          \\bpanic\\b                          -> panic
          index [0-9]+ out                     -> index
          (foo|bar)+                           -> foo bar
          a(?:bcd)?efg                         -> abcdefg aefg
          (?i)task                             -> task \u212A \u017F
          """)
  void compile_requiredLiterals_areTheLongest(String expression, String literals) {
    assertThat(literals(LineTest.matches(expression)).strip()).isEqualTo(literals);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          z{2}      -> azz    -> true
          z{2}      -> az     -> false
          z{0,1}y   -> y      -> true
          z{66,00}z -> z      -> false
          z{66,00}z -> z{66,00}z -> true
          z{02}     -> zz     -> false
          z{,2}     -> z{,2}  -> true
          """)
  void test_countedRepeat_readsBoundsAsRe2Does(String expression, String line, boolean found) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);

    assertThat(LineTest.matches(expression).test(bytes, 0, bytes.length)).isEqualTo(found);
    assertThat(Pattern.compile(expression).matcher(line).find()).isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".*", "a*", "(a|)", "x?", "(?s).*", "foo|.*", "(?:a*)*", "(?i)"})
  void compile_matchesEverything_isConstant(String expression) {
    assertThat(LineTest.matches(expression)).isEqualTo(new LineTest.Constant(true));
  }

  @ParameterizedTest
  @ValueSource(strings = {".+", "[a-z]", "\\d{3}", "(?i)ü", "\\pN+", "^$", "\\x41bc"})
  void compile_noUsefulLiterals_leavesItToTheEngine(String expression) {
    LineTest test = LineTest.matches(expression);

    assertThat(test).isInstanceOf(LineRegex.class);
    assertThat(test.requiredAnyOf()).isEmpty();
  }

  @Test
  void test_caseFolding_includesForeignLetters() {
    LineTest test = LineTest.matches("(?i)task");

    assertThat(test(test, "a TASK")).isTrue();
    assertThat(test(test, "a ta\u017Fk")).isTrue();
    assertThat(test(test, "a TAS\u212A")).isTrue();
    assertThat(test(test, "ta\u017F")).isFalse();
  }

  @Test
  void test_invalidUtf8_readsAsReplacementCharacters() {
    byte[] line = {'a', (byte) 0xE0, 'b', 'c', (byte) 0xFF};

    assertThat(LineTest.matches("bc").test(line, 0, 5)).isTrue();
    assertThat(LineTest.matches("^a.bc.$").test(line, 0, 5)).isTrue();
    assertThat(LineTest.matches("a\\x{FFFD}b").test(line, 0, 5)).isTrue();
    assertThat(LineTest.matches("^a..bc").test(line, 0, 5)).isFalse();
  }

  @Test
  void compile_invalidExpression_saysWhy() {
    assertThatThrownBy(() -> LineTest.matches("a(b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("error parsing regexp: missing closing ): `a(b`");
  }

  /** The literals in front must never contradict the engine, whatever the expression. */
  @Test
  void test_randomExpressionsAndLines_agreesWithEngine() {
    Random random = new Random(7);
    int matches = 0;
    for (int round = 0; round < 30_000; round++) {
      String expression = randomExpression(random, 3);
      Pattern engine;
      try {
        engine = Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        continue;
      }
      LineTest test = LineTest.matches(expression);
      for (int i = 0; i < 5; i++) {
        String text = randomLine(random);
        byte[] line = text.getBytes(StandardCharsets.UTF_8);
        boolean expected = engine.matcher(text).find();
        matches += expected ? 1 : 0;

        String what = expression + " on " + text;
        assertThat(test.test(line, 0, line.length)).as(what).isEqualTo(expected);
        List<ByteSearch> required = test.requiredAnyOf();
        if (expected && !required.isEmpty()) {
          assertThat(required).as(what).anyMatch(search -> search.isIn(line, 0, line.length));
        }
        if (!expected && test.decidedByLiterals()) {
          assertThat(required).as(what).noneMatch(search -> search.isIn(line, 0, line.length));
        }
      }
    }
    assertThat(matches).isGreaterThan(20_000);
  }

  @Test
  void test_expressionOfManyStates_isLeftToTheEngine() {
    LineTest test = LineTest.matches("[ab]*a[ab]{12}c");
    Random random = new Random(9);
    Pattern engine = Pattern.compile("[ab]*a[ab]{12}c");
    int matches = 0;
    for (int round = 0; round < 2_000; round++) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        line.append("aaaabbbbc".charAt(random.nextInt(9)));
      }
      boolean expected = engine.matcher(line).find();
      matches += expected ? 1 : 0;

      assertThat(test(test, line.toString())).as(line.toString()).isEqualTo(expected);
    }
    assertThat(matches).isBetween(100, 1_900);
  }

  @Test
  void test_manyThreads_agree() throws InterruptedException {
    LineTest test = LineTest.matches("(a|b)+[0-9]{2,3}(c|d)\\b");
    Pattern engine = Pattern.compile("(a|b)+[0-9]{2,3}(c|d)\\b");
    AtomicInteger wrong = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Random random = new Random(i);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int round = 0; round < 5_000; round++) {
                  StringBuilder line = new StringBuilder();
                  for (int j = 0; j < 20; j++) {
                    line.append("ab012cd ".charAt(random.nextInt(8)));
                  }
                  if (test(test, line.toString()) != engine.matcher(line).find()) {
                    wrong.incrementAndGet();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
  }

  private static String randomExpression(Random random, int depth) {
    StringBuilder out = new StringBuilder();
    int parts = 1 + random.nextInt(3);
    for (int i = 0; i < parts; i++) {
      out.append(randomAtom(random, depth));
      out.append(
          switch (random.nextInt(12)) {
            case 0 -> "*";
            case 1 -> "+";
            case 2 -> "?";
            case 3 -> "{2}";
            case 4 -> "{0,2}";
            case 5 -> "{1,}";
            case 6 -> "+?";
            default -> "";
          });
    }
    return out.toString();
  }

  private static String randomAtom(Random random, int depth) {
    String[] atoms = {
      "a",
      "b",
      "k",
      "S",
      "ab",
      "bk",
      "é",
      ".",
      "^",
      "$",
      "\\b",
      "[ab]",
      "[^a]",
      "\\w",
      "\\.",
      "x",
      "(?i)",
      "(?s).",
      "\\Qa.\\E",
      "[kK]",
      "{",
      "\\d",
      "[[:alpha:]]",
      "\\x61",
      "[]a]",
      "\u017F",
      "(?m)",
      "\\W",
      "[^\\n]",
      "[a-k]",
      "\\B",
      "[^é]",
      "[\\w.]",
      "(?m:^)",
      "(?m:$)",
      "\\z",
      "\\A",
      "\\s"
    };
    if (depth == 0 || random.nextInt(3) > 0) {
      return atoms[random.nextInt(atoms.length)];
    }
    String open =
        new String[] {"(", "(?:", "(?i:", "(?P<n" + random.nextInt(1000) + ">", "(?-i:"}
            [random.nextInt(5)];
    String inner = randomExpression(random, depth - 1);
    if (random.nextBoolean()) {
      inner += "|" + (random.nextInt(4) == 0 ? "" : randomExpression(random, depth - 1));
    }
    return open + inner + ")";
  }

  private static String randomLine(Random random) {
    String[] parts = {
      "a", "b", "k", "s", "A", "K", "S", "é", "\n", ".", "x", "{", "1", "\u017F", "\u212A"
    };
    StringBuilder line = new StringBuilder();
    int length = random.nextInt(8);
    for (int i = 0; i < length; i++) {
      line.append(parts[random.nextInt(parts.length)]);
    }
    return line.toString();
  }

  private static boolean test(LineTest test, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return test.test(bytes, 0, bytes.length);
  }

  private static String literals(LineTest test) {
    return test.requiredAnyOf().stream()
        .map(search -> new String(search.literal(), StandardCharsets.UTF_8))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          timeout.*(backend|db)  | timeout #: backend # -> YES
          timeout.*(backend|db)  | timeout #: back #    -> NO
          timeout.*(backend|db)  | backend timeout % x  -> MAYBE
          took \\d+ms            | took #ms             -> YES
          took \\dms             | took #ms             -> MAYBE
          took [1-9]             | took #ms             -> MAYBE
          ^[a-z]+ [0-9a-f]+$     | id @                 -> YES
          ^[a-z]+ [0-9]+$        | id @                 -> MAYBE
          ^\\w+$                | %                    -> YES
          [?!]$                  | a # @ %              -> NO
          """)
  void onTemplate_whateverTheValues(String expressionAndTemplate, TemplateVerdict verdict) {
    String[] parts = expressionAndTemplate.split(" +\\| ");
    byte[] template =
        parts[1]
            .replace('#', (char) LineTemplates.NUMBER)
            .replace('@', (char) LineTemplates.ID)
            .replace('%', (char) LineTemplates.WORD)
            .getBytes(StandardCharsets.UTF_8);

    LineTest test = LineTest.matches(parts[0]);

    assertThat(test.onTemplate(template, 0, template.length)).isEqualTo(verdict);
  }
}

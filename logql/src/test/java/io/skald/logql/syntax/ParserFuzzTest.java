package io.skald.logql.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random expressions survive printing; random text never gets more than a {@link ParseException}.
 */
class ParserFuzzTest {
  private static final String[] TOKENS =
      ("{ } [ ] ( ) , . | = =~ !~ != == > >= < <= + - * / % ^ |= |~ |> !> # // /* */ \" ` ' \\ \n"
           + " _ a app \"x\" `y` 'z' \"(\" \"<a>\" 1 0 -0 0x1F 1e3 1_0 5m -5m 1.5h 1d 10KB 1KiB"
           + " [5m] [1h] [5 [] é 🚢 @ $ ! & ; --strict --keep-empty ip bytes duration vector"
           + " label_replace rate sum topk sort quantile_over_time count_over_time sum_over_time by"
           + " without bool offset on ignoring group_left group_right or and unless unwrap json"
           + " regexp logfmt unpack pattern label_format line_format decolorize drop keep variants"
           + " of {a=\"b\"} rate({a=\"b\"}[1m]) ip(\"::1\")")
          .split(" ");

  @Test
  void print_randomExpression_parsesToTheSame() {
    checkRandomExpressions(20260302, 5_000);
  }

  @Test
  @Tag("slow")
  void print_manyRandomExpressions_parseToTheSame() {
    checkRandomExpressions(1, 300_000);
  }

  @Test
  void parse_randomText_throwsNothingElse() throws IOException {
    checkRandomText(20260302, 30_000);
  }

  @Test
  @Tag("slow")
  void parse_muchRandomText_throwsNothingElse() throws IOException {
    checkRandomText(1, 2_000_000);
  }

  private static void checkRandomExpressions(long seed, int count) {
    RandomExprs exprs = new RandomExprs(new SplittableRandom(seed));
    for (int i = 0; i < count; i++) {
      Expr expr = exprs.expr();
      assertThat(Parser.parse(expr.toString())).as("seed %d, round %d", seed, i).isEqualTo(expr);
      assertThat(Parser.parse(Formatter.format(expr)))
          .as("formatted, seed %d, round %d", seed, i)
          .isEqualTo(expr);
    }
  }

  private static void checkRandomText(long seed, int count) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> corpus;
    try (Stream<QueryCorpusTest.Row> rows = QueryCorpusTest.rows()) {
      corpus = rows.map(QueryCorpusTest.Row::query).toList();
    }
    int accepted = 0;
    for (int i = 0; i < count; i++) {
      String query =
          switch (random.nextInt(3)) {
            case 0 -> characters(random);
            case 1 -> tokens(random);
            default -> mutated(random, corpus.get(random.nextInt(corpus.size())));
          };
      if (isAccepted(query, seed)) {
        accepted++;
      }
    }
    assertThat(accepted).as("some text must get through, seed %d", seed).isPositive();
  }

  private static boolean isAccepted(String query, long seed) {
    try {
      Expr expr = Parser.parse(query);
      assertThat(Parser.parse(expr.toString())).as("seed %d: %s", seed, query).isEqualTo(expr);
      return true;
    } catch (ParseException e) {
      assertThat(e).as("seed %d: %s", seed, query).hasMessageStartingWith("parse error ");
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      return fail("seed " + seed + ", query: " + query, e);
    }
  }

  private static String characters(SplittableRandom random) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      switch (random.nextInt(4)) {
        case 0 -> out.append((char) random.nextInt(0x80));
        case 1 -> out.append((char) random.nextInt(0x10000));
        default -> out.append(pick(random));
      }
    }
    return out.toString();
  }

  private static String tokens(SplittableRandom random) {
    StringBuilder out = new StringBuilder(random.nextBoolean() ? "{a=\"b\"}" : "");
    for (int i = random.nextInt(20); i > 0; i--) {
      out.append(random.nextInt(4) == 0 ? "" : " ").append(pick(random));
    }
    return out.toString();
  }

  /** Cuts, doubles or replaces parts of a real query. */
  private static String mutated(SplittableRandom random, String query) {
    StringBuilder out = new StringBuilder(query);
    for (int i = 1 + random.nextInt(3); i > 0 && !out.isEmpty(); i--) {
      int from = random.nextInt(out.length());
      int to = Math.min(out.length(), from + random.nextInt(8));
      switch (random.nextInt(3)) {
        case 0 -> out.delete(from, to);
        case 1 -> out.insert(from, out.substring(from, to));
        default -> out.replace(from, to, pick(random));
      }
    }
    return out.toString();
  }

  private static String pick(SplittableRandom random) {
    return TOKENS[random.nextInt(TOKENS.length)];
  }
}

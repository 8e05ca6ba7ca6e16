package io.skald.logql.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.LabelMatcher;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParserTest {
  private static final String EMPTY_SELECTOR =
      "parse error : queries require at least one regexp or equality matcher that does not have an"
          + " empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but"
          + " app=~\".+\" will";

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '\0',
      textBlock =
          """
          {a=`b`}|=`x`                               -> {a="b"} |= "x"
          ({a="b"})                                  -> {a="b"}
          (({a="b"} | json))                         -> {a="b"} | json
          {a!="", b!~".+"}                           -> {a!="", b!~".+"}
          {a="b"} | a or b , c                       -> !
          {a="b"} | x="1" or y="2", z="3"            -> {a="b"} | ( x="1" or ( y="2" , z="3" ) )
          {a="b"} | x="1", y="2" or z="3"            -> {a="b"} | ( x="1" , ( y="2" or z="3" ) )
          {a="b"} | x="1" y="2" (z="3")              -> {a="b"} | ( x="1" , ( y="2" , z="3" ) )
          {a="b"} | x="1" or y="2" and z="3"         -> {a="b"} | ( x="1" or ( y="2" , z="3" ) )
          {a="b"} | x>-5 | x<+5 | x=1e6 | x!=-0.0    -> {a="b"} | x>-5 | x<5 | x==1e+06 | x!=-0.0
          {a="b"} | x > -5m | x<1d12h | x=1.5us      -> {a="b"} | x>-5m0s | x<36h0m0s | x==1.5µs
          {a="b"} | x > 0 | x=-0                     -> {a="b"} | x>0 | x==0s
          {a="b"} | x=1KiB | x=1.5KiB | x=12345B     -> {a="b"} | x==1024B | x==1536B | x==12kB!
          {a="b"} | x=1k | x=1.5MB | x=2G | x=.5P    -> {a="b"} | x==1.0kB | x==1.5MB | x==2.0GB | x==500TB
          {rate="x", count="y", ip="z"} | duration>5s -> {rate="x", count="y", ip="z"} | duration>5s
          {a="b"} | LOGFMT --keep-empty --strict     -> {a="b"} | logfmt --strict --keep-empty
          {a="b"} | json x                           -> {a="b"} | json x="x"
          {a="b"} | drop x, y=~"z" | keep u          -> {a="b"} | drop x,y=~"z" | keep u
          {a="b"} |= IP("::1") or "x"                -> {a="b"} |= ip("::1") or "x"
          {a="b"} !~ "x" or "y"                      -> {a="b"} !~ "x" !~ "y"
          SUM BY (a) (RATE({a="b"}[5m]))             -> sum by (a)(rate({a="b"}[5m]))
          sum(rate({a="b"}[5m])) WITHOUT (a, b)      -> sum without (a,b)(rate({a="b"}[5m]))
          rate({a="b"}[5m] offset 1h |= "x")         -> rate({a="b"} |= "x"[5m] offset 1h0m0s)
          rate(({a="b"} |= "x")[1h30m])              -> rate({a="b"} |= "x"[1h30m])
          rate((({a="b"} |= "x")[7d]))               -> rate({a="b"} |= "x"[1w])
          rate({a="b"}[0] offset -5m)                -> rate({a="b"}[0s] offset -5m0s)
          sum_over_time(({a="b"})[1m] | unwrap x)    -> sum_over_time({a="b"} | unwrap x[1m])
          sum_over_time({a="b"}[1m]|json|unwrap bytes(x)|y="z") -> sum_over_time({a="b"} | json | unwrap bytes(x) | y="z"[1m])
          max_over_time({a="b"}|unwrap x[1m])by()    -> max_over_time({a="b"} | unwrap x[1m]) by ()
          topk(3, vector(1))                         -> topk(3,vector(1.000000))
          sort by () (vector(1e-9))                  -> sort by ()(vector(1e-09))
          vector(1) + vector(2) * vector(3)          -> (vector(1.000000) + (vector(2.000000) * vector(3.000000)))
          vector(1) - vector(2) - 3                  -> ((vector(1.000000) - vector(2.000000)) - 3)
          2 ^ vector(3) ^ 2                          -> (2 ^ (vector(3.000000) ^ 2))
          vector(1) or vector(2) and vector(3)       -> (vector(1.000000) or (vector(2.000000) and vector(3.000000)))
          vector(1) > bool on () vector(2)           -> (vector(1.000000) > bool on ()  vector(2.000000))
          vector(1) / on (a,b) group_left vector(2)  -> (vector(1.000000) / on (a,b) group_left () vector(2.000000))
          vector(1) / ignoring (a) group_right (b, c) vector(2) -> (vector(1.000000) / ignoring (a) group_right (b,c) vector(2.000000))
          1 + 2 * 3                                  -> 7
          10-2-3                                     -> 5
          2^3^2                                      -> 512
          -2^2                                       -> 4
          1 - -1                                     -> 2
          1 > 2                                      -> 0
          1 == bool 1                                -> 1
          1 < 2 < 3                                  -> 1
          -5 % 3                                     -> -2
          7 % 0                                      -> (0 / 0)
          1e308 * 10                                 -> (1e+308 * 10)
          -1e308 * 10                                -> (-1e+308 * 10)
          0 * -1                                     -> -0.0
          1_000                                      -> 1000
          1.                                         -> 1
          .5                                         -> 0.5
          vector(4)//2                               -> vector(4.000000)
          vector(4)/*2*//2                           -> (vector(4.000000) / 2)
          variants(rate({a="b"}[1m]), vector(2)) of ({a="b"}|json[1m]) -> variants(rate({a="b"}[1m]), vector(2.000000)) of ({a="b"} | json[1m])
          """)
  void parse_printsCanonicalText(String query, String canonical) {
    if (canonical.equals("!")) {
      assertThatThrownBy(() -> Parser.parse(query)).isInstanceOf(ParseException.class);
      return;
    }
    Expr expr = Parser.parse(query);

    assertThat(expr).hasToString(canonical.replace("12kB!", "12345B"));
    assertThat(Parser.parse(expr.toString())).isEqualTo(expr);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '\0',
      textBlock =
          """
          {a="b"} | json |                     -> at line 1, col 17: syntax error: unexpected $end
          {a="b", by="x"}                      -> at line 1, col 9: syntax error: unexpected by, expecting IDENTIFIER
          {é="b"}                              -> at line 1, col 2: invalid label name: é (ASCII letters, digits and _ only)
          {a="é"} | "                          -> at line 1, col 11: literal not terminated
          {a="b"} | x=~1                       -> at line 1, col 14: syntax error: unexpected NUMBER, expecting STRING
          {a="b"} | x=5mb                      -> at line 1, col 16: syntax error: unexpected $end
          {a="b"} | line_format x              -> at line 1, col 23: syntax error: unexpected IDENTIFIER, expecting STRING
          {a="b"} | label_format x=5           -> at line 1, col 26: syntax error: unexpected NUMBER, expecting IDENTIFIER or STRING
          {a="b"} | json x=y                   -> at line 1, col 18: syntax error: unexpected IDENTIFIER, expecting STRING
          {a="b"} |= "x" or |= "y"             -> at line 0, col 19: syntax error: unexpected |=, expecting STRING or ip
          {a="b"} or {a="c"}                   -> : unexpected type for left leg of binary operation (or): *syntax.MatchersExpr
          {a="b"} | json + 1                   -> : unexpected type for left leg of binary operation (+): *syntax.PipelineExpr
          -rate({a="b"}[1m])                   -> at line 1, col 2: syntax error: unexpected rate, expecting NUMBER
          -(1)                                 -> at line 1, col 2: syntax error: unexpected (, expecting NUMBER
          sum by (a) (vector(1)) by (b)        -> at line 1, col 24: syntax error: unexpected by
          sum by (a b) (vector(1))             -> at line 1, col 11: syntax error: unexpected IDENTIFIER, expecting , or )
          sum by (a,) (vector(1))              -> at line 1, col 11: syntax error: unexpected ), expecting IDENTIFIER
          rate(0.5 {a="b"}[1m])                -> at line 1, col 10: syntax error: unexpected {, expecting ,
          rate({a="b"}[1m] offset 5)           -> at line 1, col 25: syntax error: unexpected NUMBER, expecting DURATION
          rate({a="b"}[1m)                     -> at line 0, col 13: missing closing ']' in duration
          rate({a="b"}[300y])                  -> at line 0, col 13: duration out of range
          rate({a="b"} | unwrap)               -> at line 1, col 22: syntax error: unexpected ), expecting IDENTIFIER or bytes or duration or duration_seconds
          rate(({a="b"} | unwrap x)            -> at line 1, col 26: syntax error: unexpected $end, expecting RANGE
          rate(({a="b"} |= "x")[1m] | unwrap x) -> at line 1, col 27: syntax error: unexpected |, expecting )
          topk(1e0, vector(1))                 -> : invalid parameter topk(1e0,
          topk(2.0, vector(1))                 -> : invalid parameter topk(2.0,
          bottomk(99999999999999999999, vector(1)) -> : invalid parameter bottomk(99999999999999999999,
          approx_topk by (a) (1, vector(1))    -> : grouping not allowed for approx_topk aggregation
          count_over_time({a="b"}[1m]) by ()   -> : grouping not allowed for count_over_time aggregation
          {a="b"} | x > 0x10                   -> : unable to parse literal as a float: strconv.ParseFloat: parsing "0x10": invalid syntax
          1e999                                -> : unable to parse literal as a float: strconv.ParseFloat: parsing "1e999": value out of range
          {a="b"} | x > 99999P                 -> : size out of range: 99999P
          1e                                   -> at line 1, col 1: exponent has no digits
          0x                                   -> at line 1, col 1: hexadecimal literal has no digits
          09                                   -> at line 1, col 1: invalid digit '9' in octal literal
          1__0                                 -> at line 1, col 1: '_' must separate successive digits
          1 /* x                               -> at line 1, col 3: comment not terminated
          {a="b"} | regexp "(?P<1>x)"          -> : invalid regexp parser: invalid extracted label name '1'
          {a="b"} | pattern "x<_><a>"          -> : invalid pattern parser: found consecutive capture '<_><a>': invalid expression
          {a="b"} | x=~"a)(b"                  -> : error parsing regexp: unexpected ): `a)(b`
          {a="b"} | drop x!~"["                -> : error parsing regexp: missing closing ]: `[`
          variants(vector(1)) of (vector(1))   -> at line 1, col 25: syntax error: unexpected vector, expecting { or (
          variants vector(1)                   -> at line 1, col 10: syntax error: unexpected vector, expecting (
          {a="\\400"}                           -> at line 1, col 4: invalid char escape
          {a="\\u12"}                           -> at line 1, col 4: invalid char escape
          {a="\\'"}                             -> at line 1, col 4: invalid char escape
          {a="b"} |= "\\xff"                    -> at line 1, col 12: literal is not valid UTF-8; write bytes above \\x7f as whole characters
          """)
  void parse_badQuery_saysWhere(String query, String error) {
    assertThatThrownBy(() -> Parser.parse(query))
        .isInstanceOf(ParseException.class)
        .hasMessage("parse error " + error);
  }

  @Test
  void parse_errorOnALaterLine_countsLinesAndCharacters() {
    assertThatThrownBy(() -> Parser.parse("# 🚢\n{a=\"⚓\"} # x\n  |= \"🚢\" x"))
        .hasMessage("parse error at line 3, col 10: syntax error: unexpected IDENTIFIER");
    assertThatThrownBy(() -> Parser.parse("{a=\"⚓\"\n🚢=~"))
        .hasMessage(
            "parse error at line 2, col 1: syntax error: unexpected IDENTIFIER, expecting } or ,");
    assertThatThrownBy(() -> Parser.parse("{a=\"b\"}\n =~"))
        .hasMessage("parse error at line 0, col 2: syntax error: unexpected =~");
  }

  @Test
  void parse_blanksOnly_missesAQuery() {
    assertThatThrownBy(() -> Parser.parse(" \n "))
        .hasMessage("parse error at line 2, col 2: syntax error: unexpected $end");
  }

  @Test
  void parse_byteOrderMarkAndCommentsEverywhere_areSkipped() {
    assertThat(Parser.parse("\uFEFF/* a */ { # b\n a = \"x\" // c\r\n } |= /* d */ \"y\" # e"))
        .hasToString("{a=\"x\"} |= \"y\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '\0',
      textBlock =
          """
          "\\a\\b\\f\\n\\r\\t\\v\\\\\\""              -> "\\a\\b\\f\\n\\r\\t\\v\\\\\\""
          "\\101\\x42\\u0043\\U00000044"            -> "ABCD"
          "\\xc3\\xa9"                            -> "é"
          `a\\b"c`                               -> "a\\\\b\\"c"
          "\\x00\\x7f\\u2028\\U0010ffff"            -> "\\x00\\x7f\\u2028\\U0010ffff"
          "# no // comment /* here */"           -> "# no // comment /* here */"
          """)
  void parse_stringLiteral_isUnescaped(String literal, String printed) {
    LogExpr log = Parser.parseLog("{a=\"b\"} |= " + literal);

    assertThat(log).hasToString("{a=\"b\"} |= " + printed);
    assertThat(Parser.parse(log.toString())).isEqualTo(log);
  }

  @Test
  void parse_rawStringOverLines_keepsItsLines() {
    LogExpr log = Parser.parseLog("{a=\"b\"} |= `x\r\ny`");

    assertThat(log.stages())
        .containsExactly(
            new Stage.LineFilter(
                Stage.LineOperator.CONTAINS, List.of(new Stage.LineArgument("x\ny", false))));
  }

  @Test
  void parse_rangeAggregation_fillsTheTree() {
    Expr expr =
        Parser.parse(
            "quantile_over_time(0.9, {a=\"b\"} | json | unwrap duration(d) | x=\"\" [1d] offset"
                + " -1m) by (a)");

    assertThat(expr)
        .isEqualTo(
            new MetricExpr.RangeAggregation(
                MetricExpr.RangeFunction.QUANTILE_OVER_TIME,
                0.9,
                new LogRange(
                    new LogExpr(
                        List.of(new LabelMatcher("a", LabelMatcher.Operator.EQUAL, "b")),
                        List.of(new Stage.Json(List.of()))),
                    new LogRange.Unwrap(
                        "d",
                        LogRange.Conversion.DURATION,
                        List.of(
                            new LabelFilter.Text(
                                new LabelMatcher("x", LabelMatcher.Operator.EQUAL, "")))),
                    Duration.ofDays(1).toNanos(),
                    Duration.ofMinutes(-1).toNanos()),
                new Grouping(false, List.of("a"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{a=\"\"}",
        "{a=~\"x|\"} | json",
        "{a!=\"x\"} |= \"y\"",
        "{a!~\".+\"}",
        "avg(1)",
        "sum(1 + 1)",
        "label_replace(1,\"a\",\"b\",\"c\",\"d\")",
        "rate({a=\"b\"}[1m]) + vector(1) / (rate({}[1m]))",
        "variants(rate({a=\"b\"}[1m])) of ({}[1m])",
      })
  void parse_selectorThatMatchesAll_isRefused(String query) {
    assertThatThrownBy(() -> Parser.parse(query)).hasMessage(EMPTY_SELECTOR);
  }

  @Test
  void parseLog_metricQuery_isRefused() {
    assertThatThrownBy(() -> Parser.parseLog("vector(1)"))
        .isInstanceOf(ParseException.class)
        .hasMessage("only log selector is supported");
  }

  @Test
  void parseSelector_moreThanASelector_isRefused() {
    for (String query : List.of("{a=\"b\"} | json", "vector(1)", "{} |= \"x\"")) {
      assertThatThrownBy(() -> Parser.parseSelector(query, true))
          .isInstanceOf(ParseException.class)
          .hasMessage("only label matchers are supported");
    }
  }

  @Test
  void parseSelector_emptySelector_dependsOnTheCaller() {
    assertThat(Parser.parseSelector("{}", true)).isEmpty();
    assertThat(Parser.parseSelector("{a!=\"\", b=\"\"}", false))
        .extracting(LabelMatcher::toString)
        .containsExactly("a!=\"\"", "b=\"\"");
    assertThatThrownBy(() -> Parser.parseSelector("{}", false)).hasMessage(EMPTY_SELECTOR);
  }

  @Test
  void parse_longestQuery_isAccepted() {
    String query = "{a=\"" + "é".repeat(65_532) + "\"}";

    assertThat(Parser.parseLog(query).selector()).hasSize(1);
  }

  @Test
  void parse_tooManyBytes_isRefused() {
    String query = "{a=\"" + "é".repeat(65_533) + "\"}";

    assertThatThrownBy(() -> Parser.parse(query))
        .hasMessage("parse error : input size too long (131072 > 131072)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "sum(",
        "rate((",
        "1 ^ ",
        "vector(1) + ",
        "vector(1) + (",
        "label_replace(",
        "- ",
        "{a=\"b\"} | (",
        "{a=\"b\"} | x=1, ",
        "{a=\"b\"} | x=1 or ",
        "{a=\"b\"} | x=1 ",
      })
  void parse_endlessNesting_isRefused(String opening) {
    String repeated = opening.substring(opening.indexOf('|') + 1);
    String query = opening + repeated.repeat(130_000 / repeated.length());

    assertThatThrownBy(() -> Parser.parse(query)).isInstanceOf(ParseException.class);
  }

  @Test
  void parse_nestingPastTheLimit_saysSo() {
    assertThatThrownBy(() -> Parser.parse("sum(".repeat(101) + "vector(1)"))
        .hasMessage(
            "parse error at line 1, col 405: query is nested too deeply: more than 100 levels");
    assertThatThrownBy(() -> Parser.parse("rate(" + "(".repeat(101)))
        .hasMessage(
            "parse error at line 1, col 106: query is nested too deeply: more than 100 levels");
    assertThatThrownBy(() -> Parser.parse("vector(1)" + "+vector(1)".repeat(251)))
        .hasMessage(
            "parse error at line 1, col 2520: query is nested too deeply: more than 250 levels");
    assertThatThrownBy(() -> Parser.parse("{a=\"b\"}|x=\"1\"" + " or x=\"1\"".repeat(251)))
        .hasMessageEndingWith("query is nested too deeply: more than 250 levels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vector(1)|+vector(1)",
        "vector(1)|^vector(1)",
        "{a=\"b\"}\0x=1|, x=1",
        "{a=\"b\"}\0x=1| or x=1",
        "{a=\"b\"}\0x=1| and x=1",
      })
  void parse_longestChain_canBePrintedAndParsed(String chain) {
    String[] parts = chain.split("\\|");
    String query = parts[0].replace('\0', '|') + parts[1].repeat(250);

    Expr expr = Parser.parse(query);

    assertThat(Parser.parse(expr.toString())).isEqualTo(expr);
  }

  @Test
  void parse_parenthesesAlone_areNoDepth() {
    assertThat(Parser.parse("(".repeat(65_000) + "1" + ")".repeat(65_000))).hasToString("1");
    assertThat(Parser.parse("{a=\"b\"} | " + "(".repeat(60_000) + "x=1" + ")".repeat(60_000)))
        .hasToString("{a=\"b\"} | x==1");
    assertThatThrownBy(() -> Parser.parse("(".repeat(100_000)))
        .hasMessage("parse error at line 1, col 100001: syntax error: unexpected $end");
  }

  @Test
  void parse_longFoldedChain_isAccepted() {
    assertThat(Parser.parse("1" + "+1".repeat(10_000))).hasToString("10001");
  }

  @Test
  void parse_deepestQuery_fitsASmallStack() throws InterruptedException {
    String filter = "x=1, ".repeat(250) + "x=1";
    String range = "(".repeat(3) + "{a=\"b\"} | " + filter + "[1m]" + ")".repeat(3);
    String query = "2^".repeat(150) + "sum(".repeat(96) + "rate(" + range + ")".repeat(97);
    AtomicReference<Object> result = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                Expr expr = Parser.parse(query);
                result.set(Parser.parse(expr.toString()).equals(expr));
              } catch (Throwable e) {
                result.set(e);
              }
            },
            "small stack",
            512 * 1024);
    thread.start();
    thread.join();

    assertThat(result.get()).isEqualTo(true);
  }
}

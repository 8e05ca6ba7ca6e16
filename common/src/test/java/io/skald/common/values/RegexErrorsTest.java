package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexErrorsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?i)[d-\ufffd]",
        "(?i)[^a-\u4e00]x",
        "a(?i:[\u1c00-\ud7ff])",
        "(?si)\u1c84",
        "(?i)[a\\x{1C80}]",
        "(?i)[\\x{100}-\\x{10FFFF}]"
      })
  void compile_rangeTheLibraryWouldNotEndOn_isRefused(String expression) {
    assertThatThrownBy(() -> RegexErrors.compile(expression))
        .hasMessageContaining("must not cover U+1C80 to U+1C88");
    assertThat(RegexErrors.compile(expression.replaceAll("\\(\\?[si]*[i]", "(?s"))).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?i)error-\u65e5\u672c",
        "(?i)[\u0400-\u04ff]+",
        "(?i)[\u4e00-\u9fff]",
        "(?i)[^a-z]",
        "(?i)\\pL[[:alpha:]].",
        "(?i)[\\x{100}-\\x{200}]"
      })
  void compile_otherCaseInsensitiveExpressions_areCompiled(String expression) {
    assertThat(RegexErrors.compile(expression).matcher("x").find()).isIn(true, false);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(;missing closing ): `(`",
        "^(?:()$;missing closing ): `^(?:()$`",
        "[;missing closing ]: `[`",
        "a);unexpected ): `a)`",
        "a**;invalid nested repetition operator: `**`",
        "*;missing argument to repetition operator: `*`",
        "a{1001};invalid repeat count: `{1001}`",
        "a{99999999999};invalid repeat count: `{99999999999}`",
        "[z-a];invalid character class range: `z-a`",
        "\\q;invalid escape sequence: `\\q`",
        "\\;trailing backslash at end of expression: ``",
        "(?=a);invalid or unsupported Perl syntax: `(?=`",
        "(a{100}){11};invalid repeat count: `{11}`",
        "((a{2,50}b){0,3}c){10};invalid repeat count: `{10}`",
        "((a{1000}){1000}){1000};invalid repeat count: `{1000}`",
        "(((a{1,9}){1,9}){1,9}){1,9};invalid repeat count: `{1,9}`",
      })
  void compile_badExpression_readsAsGo(String expression, String message) {
    assertThatThrownBy(() -> RegexErrors.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("error parsing regexp: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a{1000}",
        "(a{10}){100}",
        "(a{500}|b{500}){2}",
        "[{(]{3}",
        "[]a]",
        "[^]a]{2}",
        "[[:alpha:]]{2}",
        "\\Q((((\\E",
        "\\x{41}{1000}",
        "\\p{Greek}{1000}",
        "a{,5000}",
        "a{0}",
        "a{1000,}",
        "a{x}",
        "a{b}",
        "{",
        "(?P<a>x)(?:y)",
        "\\pN",
      })
  void compile_goodExpression_isNotMistakenForALargeOne(String expression) {
    assertThat(RegexErrors.compile(expression)).isNotNull();
  }

  @Test
  void compile_deepNesting_isRefused() {
    String expression = "(".repeat(251) + ")".repeat(251);

    assertThatThrownBy(() -> RegexErrors.compile(expression))
        .hasMessage("error parsing regexp: expression nests too deeply: `" + expression + "`");
  }

  @Test
  void compile_largeRepeatedGroup_isRefused() {
    String expression = "(" + "ab".repeat(60) + "){1000}";

    assertThatThrownBy(() -> RegexErrors.compile(expression))
        .hasMessage("error parsing regexp: expression too large: `" + expression + "`");
  }

  @Test
  void compile_manyGroups_areRefused() {
    assertThatThrownBy(() -> RegexErrors.compile("(a*)".repeat(2000)))
        .hasMessageStartingWith("error parsing regexp: expression too large: `(a*)");
  }

  @Test
  void compile_deepestNesting_fitsASmallStack() throws InterruptedException {
    String expression = "(?:x|y(a".repeat(125) + ")b*)*".repeat(125);
    AtomicReference<Object> result = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                result.set(RegexErrors.compile(expression).matcher("yax").find());
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

  @Test
  void compile_flags_arePassedOn() {
    assertThat(RegexErrors.compile("A+", Pattern.CASE_INSENSITIVE).matches("aaa")).isTrue();
  }
}

package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexErrorsTest {
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
        "[z-a];invalid character class range: `z-a`",
        "\\q;invalid escape sequence: `\\q`",
        "\\;trailing backslash at end of expression: ``",
        "(?=a);invalid or unsupported Perl syntax: `(?=`",
      })
  void compile_badExpression_readsAsGo(String expression, String message) {
    assertThatThrownBy(() -> RegexErrors.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("error parsing regexp: " + message);
  }

  @Test
  void compile_goodExpression_matches() {
    assertThat(RegexErrors.compile("a+").matches("aaa")).isTrue();
  }
}

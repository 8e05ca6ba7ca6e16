package io.skald.common.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupTemplateTest {
  private static final Pattern REGEX = Pattern.compile("(\\w+)-(?P<num>\\d+)(x)?");

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          plain          -> plain
          $1             -> web
          ${1}           -> web
          $num/${num}    -> 7/7
          ${2}0          -> 70
          <$20>          -> <>
          <$1x>          -> <>
          <${nope}>      -> <>
          <$3>           -> <>
          <$01>          -> <>
          <$12345678901> -> <>
          $$1            -> $1
          $              -> $
          $-1            -> $-1
          ${1            -> ${1
          ${}            -> ${}
          <$é>           -> <>
          """)
  void expand_references_standForGroups(String template, String expected) {
    Matcher match = REGEX.matcher("web-7");
    assertThat(match.matches()).isTrue();

    assertThat(new GroupTemplate(template, REGEX).expand(match)).isEqualTo(expected);
  }
}

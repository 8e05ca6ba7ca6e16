package io.skald.logql.pipeline.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatternTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      textBlock =
          """
          <_> world      # hello world   # true
          world          # hello world   # true
          llo <_>        # hello world   # true
          hello          # hello world   # false
          hello <_>      # 'hello '      # false
          <_>hello       # hello         # false
          a<_>b<_>c      # xaxbxc        # true
          a<_>b<_>c      # abxc          # false
          a<_>bc         # axbcbc        # false
          <_             # x <_          # true
          <a b>          # <a b>         # true
          """)
  void test_linePattern_matches(String pattern, String line, boolean expected) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);

    assertThat(LineTest.followsPattern(pattern).test(bytes, 0, bytes.length)).isEqualTo(expected);
  }

  @Test
  void test_emptyLinePattern_matchesEmptyLinesOnly() {
    LineTest test = LineTest.followsPattern("");

    assertThat(test.test(new byte[] {'x'}, 0, 0)).isTrue();
    assertThat(test.test(new byte[] {'x'}, 0, 1)).isFalse();
  }

  @Test
  void compile_linePatternWithName_isRefused() {
    assertThatThrownBy(() -> LineTest.followsPattern("a <b> c"))
        .hasMessage("named captures are not allowed: found '<b>'");
    assertThatThrownBy(() -> LineTest.followsPattern("a <_><_> c"))
        .hasMessage("found consecutive capture '<_><_>': invalid expression");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      textBlock =
          """
          <ip> - <user>       # 10.0.0.1 - bob # ip=10.0.0.1 user=bob
          <ip> - <user>       # nomatch        # ip=nomatch
          GET <b>             # xGET y         # none
          GET <b>             # GET y          # b=y
          GET <b>             # GE             # none
          <a> <_> <c>         # 1 2 3 4        # a=1 c=3 4
          <a>x                # x              # a=
          <a>x                # bxc            # a=b
          <a b> <c>           # <a b> 1        # c=1
          """)
  void match_capturePattern_captures(String pattern, String line, String expected) {
    CapturePattern captures = CapturePattern.compile(pattern);
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    int[] bounds = new int[2 * captures.names().size()];
    StringBuilder result = new StringBuilder();
    if (captures.match(bytes, 0, bytes.length, bounds)) {
      for (int i = 0; i < captures.names().size(); i++) {
        if (bounds[2 * i] >= 0) {
          result.append(' ').append(captures.names().get(i)).append('=');
          result.append(line, bounds[2 * i], bounds[2 * i + 1]);
        }
      }
    } else {
      result.append("none");
    }

    assertThat(result.toString().strip()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      textBlock =
          """
          no captures  # at least one capture is required
          <_> only     # at least one capture is required
          <a> <a>      # duplicate capture name (a): invalid expression
          <a><b>       # found consecutive capture '<a><b>': invalid expression
          """)
  void compile_invalidCapturePattern_saysWhy(String pattern, String message) {
    assertThatThrownBy(() -> CapturePattern.compile(pattern)).hasMessage(message);
  }
}

package io.skald.logql.pipeline.logfmt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogfmtScannerTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          a=1 b="two words" c= d f="q\\"z"  -> a=1, b=two words, c=, d=, f=q"z
          a="x"b=2                          -> a=x, b=2
          a=1 g=x=y h=ok                    -> a=1, !8 unexpected '=', h=ok
          a="open b=2                       -> !12 unterminated quoted value
          =novalue k=v                      -> !1 unexpected '=', k=v
          stray " quote=1                   -> stray=, !7 unexpected '"', quote=1
          u="\\u2693" v="\\uZZZZ" w=1       -> u=⚓, !22 invalid quoted value, w=1
          a='x' b="\\'"                     -> a='x', b='
          s="\\ud83d\\ude80" t="\\ud83d"    -> s=🚀, t=\uFFFD
          a="\\                             -> !5 unterminated quoted value
          """)
  void next_line_walksThePairs(String line, String expected) {
    assertThat(String.join(", ", walk(line.getBytes(StandardCharsets.UTF_8)))).isEqualTo(expected);
  }

  @Test
  void next_keyThatIsNotUtf8_isAnError() {
    byte[] line = {'a', (byte) 0xFF, '=', '1', ' ', 'b', '=', '2'};

    assertThat(walk(line)).containsExactly("!3 invalid key", "b=2");
  }

  @Test
  void unescape_controlCharacterBesideEscape_isAnError() {
    byte[] value = "\\n\t".getBytes(StandardCharsets.UTF_8);

    assertThat(LogfmtScanner.unescape(value, 0, value.length, null)).isEqualTo(-1);
  }

  /** Pairs as text; errors as "!" with their position. */
  private static List<String> walk(byte[] line) {
    LogfmtScanner scanner = new LogfmtScanner();
    scanner.reset(line, 0, line.length);
    List<String> steps = new ArrayList<>();
    while (true) {
      switch (scanner.next()) {
        case END -> {
          return steps;
        }
        case ERROR -> {
          steps.add(
              scanner.error().replace("logfmt syntax error at pos ", "!").replace(" : ", " "));
          scanner.skipToken();
        }
        case PAIR -> steps.add(pair(line, scanner));
      }
    }
  }

  private static String pair(byte[] line, LogfmtScanner scanner) {
    String key = text(line, scanner.keyStart(), scanner.keyEnd());
    if (!scanner.escaped()) {
      return key + "=" + text(line, scanner.valueStart(), scanner.valueEnd());
    }
    byte[] value = new byte[line.length];
    int size = LogfmtScanner.unescape(line, scanner.valueStart(), scanner.valueEnd(), value);
    return key + "=" + text(value, 0, size);
  }

  private static String text(byte[] area, int start, int end) {
    return new String(area, start, end - start, StandardCharsets.UTF_8);
  }
}

package io.skald.logql.pipeline.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonPathTest {
  private static final String DOCUMENT =
      """
      {"a":{"b":[1,{"c":"x"},[7]]},"a.b":{"c d":true},"e\\u0041":5,"n":null,"s":"q\\"z"}\
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          a.b[0]            -> 1
          .a.b[1].c         -> x
          a.b[1]            -> {"c":"x"}
          a["b"][2][0]      -> 7
          ["a.b"]["c d"]    -> true
          eA                -> 5
          n                 -> null
          s                 -> q\\"z
          a.b[3]            -> MISSING
          a.b.c             -> MISSING
          a.x               -> MISSING
          [0]               -> MISSING
          zz                -> MISSING
          """)
  void find_path_standsOnTheValue(String path, String expected) {
    byte[] area = DOCUMENT.getBytes(StandardCharsets.UTF_8);
    JsonPath.Search search = new JsonPath.Search();

    JsonPath.Outcome outcome = search.find(JsonPath.parse(path), area, 0, area.length);

    JsonScanner value = search.value();
    assertThat(
            outcome == JsonPath.Outcome.FOUND
                ? new String(
                    area, value.start(), value.end() - value.start(), StandardCharsets.UTF_8)
                : outcome.name())
        .isEqualTo(expected);
  }

  @Test
  void find_malformedTarget_saysWhy() {
    byte[] area = "{\"a\":\"1\",\"b\":tru,\"c\":".getBytes(StandardCharsets.UTF_8);
    JsonPath.Search search = new JsonPath.Search();

    assertThat(search.find(JsonPath.parse("b"), area, 0, area.length))
        .isEqualTo(JsonPath.Outcome.MALFORMED);
    assertThat(search.error()).isEqualTo(JsonScanner.UNKNOWN_TYPE);
    assertThat(search.find(JsonPath.parse("c"), area, 0, area.length))
        .isEqualTo(JsonPath.Outcome.MALFORMED);
    assertThat(search.error()).isEqualTo(JsonScanner.MALFORMED);
    assertThat(search.find(JsonPath.parse("d"), area, 0, area.length))
        .isEqualTo(JsonPath.Outcome.MISSING);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          b..c   -> syntax error: unexpected DOT, expecting FIELD
          b[     -> syntax error: unexpected $end, expecting STRING or INDEX
          b[x]   -> syntax error: unexpected FIELD, expecting STRING or INDEX
          b[1    -> syntax error: unexpected $end, expecting RSB
          b.     -> syntax error: unexpected $end, expecting FIELD
          b-c    -> unexpected char -
          """)
  void parse_notAPath_saysWhy(String path, String message) {
    assertThatThrownBy(() -> JsonPath.parse(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}

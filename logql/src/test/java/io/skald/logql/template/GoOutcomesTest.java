package io.skald.logql.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Templates whose outcome was recorded from Go: text/template, fmt, time, regexp, strconv and
 * encoding/json of Go 1.19, with the functions of the language reference on top. Outputs are shown
 * as UTF-8; errors begin with an exclamation mark.
 */
class GoOutcomesTest {
  private static final Entry ENTRY =
      Entry.of(
          "a",
          "Foo Bar",
          "n",
          "42",
          "f",
          "3.7",
          "e",
          "",
          "j",
          "{\"x\":[1,2.5,\"s\",null,true,{\"k\":\"v\"}],\"y\":{\"z\":\"deep\",\"q\":1e6},"
              + "\"b\":false,\"n\":null,\"s\":\"str\"}",
          "p",
          "  x  ",
          "u",
          "héllo wörld",
          "ts",
          "1700000000",
          "m",
          "l1\nl2\n",
          "h",
          "<a&'b\">",
          "neg",
          "-12");

  @Test
  void execute_templateRecordedFromGo_hasTheSameOutcome() throws IOException {
    SoftAssertions softly = new SoftAssertions();
    int rows = 0;
    try (InputStream in = GoOutcomesTest.class.getResourceAsStream("go-outcomes.jsonl");
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
      JsonMapper mapper = new JsonMapper();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode row = mapper.readTree(line);
        String template = row.get("template").asString();
        softly
            .assertThat(replacedInvalid(ENTRY, template))
            .as(template)
            .isEqualTo(row.get("outcome").asString());
        rows++;
      }
    }
    softly.assertAll();
    assertThat(rows).isGreaterThan(1000);
  }

  /** Shows each invalid byte as one U+FFFD, as the recording does. */
  private static String replacedInvalid(Entry entry, String template) {
    try {
      return ByteStrings.toText(ByteStrings.ofBytes(entry.bytes(template)));
    } catch (TemplateException e) {
      return "!" + e.getMessage();
    }
  }
}

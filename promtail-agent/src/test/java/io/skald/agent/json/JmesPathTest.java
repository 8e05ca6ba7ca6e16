package io.skald.agent.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JmesPathTest {
  private static final String DOCUMENT =
      """
      {"a": {"b": {"c": 1}}, "k.x": 2, "list": [1, 2, 3, [4, 5]], "o": {"x": 1, "y": 2},
       "people": [{"name": "Ann", "age": 30, "tags": ["p", "q"]}, {"name": "Bob", "age": 20},
                  {"age": 50}], "s": "text", "t": true, "e": [], "n": null}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '~',
      textBlock =
          """
          a.b.c => 1
          "k.x" => 2
          k.x => null
          list[0] => 1
          list[-1] => [4,5]
          list[9] => null
          list[1:3] => [2,3]
          list[::-2] => [[4,5],2]
          list[] => [1,2,3,4,5]
          o.* => [1,2]
          people[*].name => ["Ann","Bob"]
          people[].tags[] => ["p","q"]
          people[?age > `25`].name => ["Ann"]
          people[?name == 'Bob'].age | [0] => 20
          people[0].[name, age] => ["Ann",30]
          people[0].{n: name, a: age} => {"n":"Ann","a":30}
          people[*].age | max(@) => 50
          length(people) => 3
          sum(people[*].age) => 100
          join('-', people[?name].name) => "Ann-Bob"
          n || s => "text"
          t && a.b => {"c":1}
          !t => false
          to_string(o) => "{\\"x\\":1,\\"y\\":2}"
          keys(o) => ["x","y"]
          not_null(n, e, s) => []
          sort(people[*].age) => [20,30,50]
          contains(s, 'ex') => true
          to_number('12') => 12
          type(list) => "array"
          @.a.b.c => 1
          `[1, "x"]` => [1,"x"]
          s.x => null
          """)
  void search_findsWhatTheSpecificationSays(String expression, String json) throws Exception {
    Object document = JsonReader.read(DOCUMENT);

    Object found = JmesPath.compile(expression).search(document);

    assertThat(JsonWriter.write(found)).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a.", "a[", "a[x]", "nope(a)", "a b", "\"a", "a | ", "[::0]", "{a:}", "&a"})
  void compile_notAnExpression_saysWhere(String expression) {
    assertThatThrownBy(() -> JmesPath.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at character");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[1",
        "{\"a\":}",
        "{\"a\":1}x",
        "01",
        "1.",
        "\"\t\"",
        "\"\\x\"",
        "tru",
        "1e999",
        "{a:1}",
        "[1,]",
        "-"
      })
  void read_notJson_throws(String text) {
    assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(JsonException.class);
  }
}

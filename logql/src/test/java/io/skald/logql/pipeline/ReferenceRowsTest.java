package io.skald.logql.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.common.model.Quoting;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * The examples of the language reference that concern stages. Rows {@code line} run a pipeline on
 * one line, rows {@code select} list the indexes of the lines that pass (E: with an error), rows
 * {@code status} give the error text.
 */
final class ReferenceRowsTest {
  /**
   * Rows that record accidents which are not copied: alternatives that match everything lose (77,
   * 78), an address in an or-chain is a substring (93), regular expressions of label filters are
   * not anchored (102, 103, 106), label filters apply before the stages in front of them (65).
   */
  private static final Set<Integer> NOT_COPIED = Set.of(65, 77, 78, 93, 102, 103, 106);

  private static final List<JsonNode> ROWS = new ArrayList<>();
  private static final Map<String, List<String>> FIXTURES = new HashMap<>();

  private static void readRows() throws IOException {
    if (!ROWS.isEmpty()) {
      return;
    }
    ObjectMapper mapper = new ObjectMapper();
    try (InputStream in =
        ReferenceRowsTest.class.getResourceAsStream("/pipeline/reference-rows.jsonl")) {
      assertThat(in).isNotNull();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.split("\n")) {
        ROWS.add(mapper.readTree(line));
      }
    }
    for (String fixture : List.of("gs", "gl")) {
      List<String> lines = new ArrayList<>();
      ROWS.getFirst().get(fixture).forEach(node -> lines.add(node.asString()));
      FIXTURES.put(fixture, lines);
    }
  }

  private static Stream<Arguments> rowsOf(String kind) throws IOException {
    readRows();
    return ROWS.stream()
        .filter(row -> row.get("kind").asString().equals(kind))
        .filter(row -> !NOT_COPIED.contains(row.get("id").asInt()))
        .map(row -> Arguments.of(row.get("id").asInt(), row));
  }

  static Stream<Arguments> lineRows() throws IOException {
    return rowsOf("line");
  }

  static Stream<Arguments> selectRows() throws IOException {
    return rowsOf("select");
  }

  static Stream<Arguments> statusRows() throws IOException {
    return rowsOf("status");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lineRows")
  void run_oneLine_givesLabelsAndLine(int id, JsonNode row) {
    String line = row.get("line").asString();
    Stages.Outcome outcome =
        Stages.run(
            row.get("pipeline").asString(), labels(row.get("stream")), labels(row.get("sm")), line);

    String text = outcome.labels();
    if (!outcome.equals(Stages.DROPPED) && !outcome.line().equals(line)) {
      text += " line=" + Quoting.quote(outcome.line());
    }
    assertThat(text).isEqualTo(row.get("expect").asString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("selectRows")
  void run_manyLines_keepsTheRightOnes(int id, JsonNode row) {
    Pipeline pipeline = Pipeline.compile(Stages.parse(row.get("pipeline").asString()));
    String fixture = row.get("fixture").asString();
    Labels stream = fixture.equals("gl") ? Labels.of("app", "web", "t", "gl") : Labels.EMPTY;
    List<String> kept = new ArrayList<>();
    List<String> lines = FIXTURES.getOrDefault(fixture, List.of());
    for (int i = 0; i < lines.size(); i++) {
      LineProcessor processor = pipeline.forStream(stream);
      byte[] bytes = lines.get(i).getBytes(StandardCharsets.UTF_8);
      if (processor.process(0, bytes, 0, bytes.length, Labels.EMPTY)) {
        kept.add(i + (processor.labels().hasError() ? "E" : ""));
      }
    }

    assertThat("[" + String.join(" ", kept) + "]").isEqualTo(row.get("expect").asString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statusRows")
  void compile_invalidStage_saysWhich(int id, JsonNode row) {
    String message = "none";
    try {
      Pipeline.compile(((LogExpr) Parser.parse(row.get("query").asString())).stages());
    } catch (ParseException e) {
      message = e.getMessage();
    }

    assertThat("400 " + message).isEqualTo(row.get("expect").asString());
  }

  private static Labels labels(JsonNode node) {
    Labels.Builder labels = Labels.builder();
    node.properties().forEach(entry -> labels.set(entry.getKey(), entry.getValue().asString()));
    return labels.build();
  }
}

package io.skald.logql.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Recorded queries with their recorded answers: one JSON object a line with the {@code endpoint}
 * that was asked (query, log, selector or format), the {@code query}, and either the text of the
 * {@code error}, or the {@code formatted} query, or neither when the query was accepted.
 */
class QueryCorpusTest {
  /** Found by compiling stages, which is not the parser's part. */
  private static final String STAGE_ERROR = "parse error : stage '";

  record Row(String endpoint, String query, String error, String formatted) {
    Object parse() {
      return switch (endpoint) {
        case "selector" -> Parser.parseSelector(query, false);
        case "log" -> Parser.parseLog(query);
        default -> Parser.parse(query);
      };
    }
  }

  static Stream<Row> rows() throws IOException {
    JsonMapper json = new JsonMapper();
    try (InputStream in = QueryCorpusTest.class.getResourceAsStream("queries.jsonl")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(json::readTree).map(QueryCorpusTest::row).toList().stream();
    }
  }

  private static Row row(JsonNode node) {
    return new Row(
        node.get("endpoint").asString(),
        node.get("query").asString(),
        node.path("error").asString(""),
        node.path("formatted").asString(""));
  }

  static Stream<Row> refused() throws IOException {
    return rows().filter(r -> !r.error().isEmpty() && !r.error().startsWith(STAGE_ERROR));
  }

  static Stream<Row> accepted() throws IOException {
    return rows().filter(r -> r.error().isEmpty() || r.error().startsWith(STAGE_ERROR));
  }

  static Stream<Row> badStage() throws IOException {
    return rows().filter(r -> r.error().startsWith(STAGE_ERROR));
  }

  static Stream<Row> formatted() throws IOException {
    return rows().filter(r -> !r.formatted().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("refused")
  void parse_refusedQuery_givesTheRecordedError(Row row) {
    assertThatThrownBy(row::parse)
        .isInstanceOf(ParseException.class)
        .extracting(e -> String.valueOf(e.getMessage()).strip())
        .isEqualTo(row.error().strip());
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void parse_acceptedQuery_printsTextThatParsesToTheSame(Row row) {
    Object parsed = row.parse();

    if (parsed instanceof Expr expr) {
      assertThat(Parser.parse(expr.toString())).isEqualTo(expr);
      assertThat(Parser.parse(Formatter.format(expr))).isEqualTo(expr);
    } else {
      String printed = parsed.toString().replaceAll("^\\[", "{").replaceAll("]$", "}");
      assertThat(Parser.parseSelector(printed, false)).isEqualTo(parsed);
    }
  }

  @ParameterizedTest
  @MethodSource("badStage")
  void print_stageThatWillNotCompile_readsAsInTheRecordedError(Row row) {
    LogExpr log = Parser.parseLog(row.query());

    assertThat(log.stages())
        .anySatisfy(stage -> assertThat(row.error()).startsWith(STAGE_ERROR + stage + "' : "));
  }

  @ParameterizedTest
  @MethodSource("formatted")
  void format_query_givesTheRecordedLayout(Row row) {
    assertThat(Formatter.format(Parser.parse(row.query()))).isEqualTo(row.formatted());
  }
}

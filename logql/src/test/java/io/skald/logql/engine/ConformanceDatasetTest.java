package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.ParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the queries of the conformance corpus that ask for the main data set, without HTTP: parser,
 * stages and engine together against recorded answers.
 */
class ConformanceDatasetTest {
  private static final Path CORPUS =
      Path.of("..", "tests", "src", "test", "resources", "conformance");

  /** Groups whose cases are about parameters, other servers, or entries pushed by earlier cases. */
  private static final Set<String> OTHER_GROUPS =
      Set.of("bad-params", "auth", "discovery", "push", "otlp", "legacy");

  /** Refused because of a parameter, not the query. */
  private static final String PARAMETER_ERROR =
      "(?s).*(exceeds the limit|max entries limit|invalid direction|limit must be|could not"
          + " parse).*";

  /** Small blocks, so that streams have many and late entries make them overlap. */
  private static final int BLOCK_SIZE = 20;

  private static final JsonMapper JSON = new JsonMapper();
  private static final MemorySource SOURCE = MemorySource.ofBlocks(BLOCK_SIZE);

  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  @BeforeAll
  static void load() throws IOException {
    for (String line : Files.readAllLines(CORPUS.resolve("dataset.jsonl"))) {
      JsonNode entry = JSON.readTree(line);
      if (!entry.has("server")) {
        SOURCE.add(
            labels(entry.get("labels")),
            Long.parseLong(entry.get("ts").asString()),
            entry.get("line").asString(),
            labels(entry.path("metadata")));
      }
    }
  }

  /** The data set has no names but these that ingestion would clean. */
  private static Labels labels(JsonNode object) {
    Labels.Builder labels = Labels.builder();
    object
        .properties()
        .forEach(field -> {
          if (!field.getValue().asString().isEmpty()) {
            labels.set(field.getKey().replaceAll("[.-]", "_"), field.getValue().asString());
          }
        });
    return labels.build();
  }

  @TestFactory
  Stream<DynamicContainer> recordedAnswers() throws IOException {
    Map<String, List<DynamicTest>> groups = new LinkedHashMap<>();
    for (String line : Files.readAllLines(CORPUS.resolve("cases.jsonl"))) {
      JsonNode recorded = JSON.readTree(line);
      String path = recorded.get("path").asString();
      boolean query = path.endsWith("/query") || path.endsWith("/query_range");
      String group = recorded.get("group").asString();
      boolean limitsSeries =
          recorded.get("expect").path("body").toString().contains("maximum number of series");
      boolean refusedByParameters =
          recorded.get("expect").path("body").toString().matches(PARAMETER_ERROR);
      if (query
          && !recorded.has("server")
          && (!OTHER_GROUPS.contains(group) || limitsSeries)
          && !refusedByParameters) {
        groups
            .computeIfAbsent(group, _ -> new ArrayList<>())
            .add(
                DynamicTest.dynamicTest(
                    recorded.get("id").asString(), () -> verify(recorded, path)));
      }
    }
    assertThat(groups).containsKeys("range-agg", "binary-ops", "json", "line-format");
    return groups.entrySet().stream()
        .map(group -> DynamicContainer.dynamicContainer(group.getKey(), group.getValue()));
  }

  private void verify(JsonNode recorded, String path) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String list : List.of("params", "form")) {
      recorded
          .path(list)
          .forEach(pair -> parameters.put(pair.get(0).asString(), pair.get(1).asString()));
    }
    boolean categorize = recorded.path("headers").toString().contains("categorize-labels");
    JsonNode expected = recorded.get("expect");
    String query = parameters.getOrDefault("query", "");
    QueryResult result;
    try {
      QueryRequest request =
          path.endsWith("/query")
              ? ConformanceRequest.instant(parameters)
              : ConformanceRequest.range(parameters, categorize);
      result = engine.execute(request, SOURCE, new QueryStatistics(), Cancellation.none());
    } catch (ParseException e) {
      assertRefused(query, expected, 400, e);
      return;
    } catch (QueryException e) {
      assertRefused(query, expected, e.status(), e);
      return;
    }
    assertThat(expected.get("status").asInt()).as(query).isEqualTo(200);
    RecordedAnswer answer =
        new RecordedAnswer(
            expected.get("body").get("data"), recorded.path("tolerance").asDouble(1e-9));
    boolean anyOrder = recorded.path("order").asString("exact").equals("any");
    assertThat(answer.difference(result, categorize, anyOrder)).as(query).isNull();
  }

  private static void assertRefused(
      String query, JsonNode expected, int status, RuntimeException refusal) {
    String recorded = expected.get("body").asString("");
    assertThat(status + " " + comparable(String.valueOf(refusal.getMessage())))
        .as(query)
        .isEqualTo(expected.get("status").asInt() + " " + comparable(recorded));
  }

  /** Of several failing lines the recorded server names any; they differ in their details. */
  private static String comparable(String message) {
    return message.strip().replaceFirst("__error_details__=\"(\\\\.|[^\"])*\"", "...");
  }
}

package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.skald.common.model.Labels;
import io.skald.common.values.GoFloat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Small recorded examples of metric queries and of the order of log results, as one-line texts. */
class RecordedExamplesTest {
  /** All times in the file are seconds from here, a multiple of every step and range in it. */
  private static final long ORIGIN_SECONDS = 1_772_438_400;

  private static final long SECOND = 1_000_000_000L;

  private final MemorySource source = MemorySource.ofBlocks(3);
  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  @TestFactory
  Stream<DynamicTest> examples() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (InputStream file =
        Objects.requireNonNull(getClass().getResourceAsStream("recorded-examples.jsonl"))) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.lines().toList()) {
        JsonNode row = new JsonMapper().readTree(line);
        switch (row.get("kind").asString()) {
          case "fixtures" -> row.get("streams").forEach(this::load);
          case "order" -> {
            if (!row.get("expect").asString().startsWith("400 ")) {
              tests.add(test(row, () -> verifyOrder(row)));
            }
          }
          default -> tests.add(test(row, () -> verifyMetric(row)));
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests.stream();
  }

  private static DynamicTest test(JsonNode row, Runnable body) {
    return DynamicTest.dynamicTest(
        row.get("id").asInt() + " " + row.get("query").asString(), body::run);
  }

  private void load(JsonNode stream) {
    Labels.Builder labels = Labels.builder();
    stream
        .get("stream")
        .properties()
        .forEach(label -> labels.set(label.getKey(), label.getValue().asString()));
    stream
        .get("entries")
        .forEach(entry ->
            source.add(labels.build(), nanos(entry.get(0).asDouble()), entry.get(1).asString()));
  }

  private static long nanos(double secondsFromOrigin) {
    return ORIGIN_SECONDS * SECOND + (long) (secondsFromOrigin * SECOND);
  }

  private void verifyMetric(JsonNode row) {
    boolean instant = row.has("at");
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("query", row.get("query").asString());
    for (String name : List.of("at", "start", "end")) {
      if (row.has(name)) {
        parameters.put(
            name.equals("at") ? "time" : name, Long.toString(nanos(row.get(name).asDouble())));
      }
    }
    if (row.has("step")) {
      parameters.put("step", row.get("step").asString());
    }
    QueryRequest request =
        instant
            ? ConformanceRequest.instant(parameters)
            : ConformanceRequest.range(parameters, false);
    String expected = row.get("expect").asString();
    if (expected.startsWith("ERR ")) {
      assertThatThrownBy(() -> execute(request))
          .isInstanceOfSatisfying(
              QueryException.class,
              e ->
                  assertThat(
                          "ERR "
                              + e.status()
                              + " "
                              + String.valueOf(e.getMessage()).lines().findFirst().get())
                      .isEqualTo(expected));
      return;
    }
    assertSameNumbers(print(execute(request)), expected);
  }

  private QueryResult execute(QueryRequest request) {
    return engine.execute(request, source, new QueryStatistics(), Cancellation.none());
  }

  private void verifyOrder(JsonNode row) {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("query", row.get("query").asString());
    parameters.put("start", Long.toString(nanos(0)));
    parameters.put("end", Long.toString(nanos(60)));
    row.get("params")
        .properties()
        .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asString()));

    QueryResult result = execute(ConformanceRequest.range(parameters, false));

    assertThat(print(result)).isEqualTo(row.get("expect").asString());
  }

  /** Compares texts, numbers in them with a tolerance: sums may be rounded differently. */
  private static void assertSameNumbers(String actual, String expected) {
    String number = "(?<=[ :])-?[0-9][0-9.]*(?=[ ;]|$)";
    assertThat(actual.replaceAll(number, "#"))
        .as(actual)
        .isEqualTo(expected.replaceAll(number, "#"));
    List<Double> numbers = numbers(actual, number);
    List<Double> expectedNumbers = numbers(expected, number);
    for (int i = 0; i < numbers.size(); i++) {
      double value = expectedNumbers.get(i);
      assertThat(numbers.get(i))
          .as(actual)
          .isEqualTo(value, within(value == Math.rint(value) ? 0 : 1e-9 * Math.abs(value)));
    }
  }

  private static List<Double> numbers(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(match -> Double.valueOf(match.group()))
        .toList();
  }

  private static String print(QueryResult result) {
    List<String> rows = new ArrayList<>();
    switch (result) {
      case QueryResult.Scalar(_, double value) -> {
        return "scalar " + GoFloat.formatShortest(value);
      }
      case QueryResult.Vector(List<QueryResult.Sample> samples) ->
          samples.forEach(s -> rows.add(s.labels() + " " + GoFloat.formatShortest(s.value())));
      case QueryResult.Matrix(List<QueryResult.Series> all) -> {
        for (QueryResult.Series series : all) {
          StringBuilder row = new StringBuilder(series.labels().toString());
          for (int i = 0; i < series.values().length; i++) {
            long second = series.timestampsMillis()[i] / 1000 - ORIGIN_SECONDS;
            row.append(' ')
                .append(second)
                .append(':')
                .append(GoFloat.formatShortest(series.values()[i]));
          }
          rows.add(row.toString());
        }
      }
      case QueryResult.Streams(List<QueryResult.Stream> streams) -> {
        for (QueryResult.Stream stream : streams) {
          StringBuilder row =
              new StringBuilder(stream.labels().toBuilder().remove("t").build().toString());
          for (QueryResult.Entry entry : stream.entries()) {
            row.append(' ')
                .append(entry.timestampNanos() / SECOND - ORIGIN_SECONDS)
                .append(':')
                .append(new String(entry.line(), StandardCharsets.UTF_8));
          }
          rows.add(row.toString());
        }
        return String.join(" / ", rows);
      }
    }
    return rows.isEmpty() ? "[]" : String.join("; ", rows);
  }
}

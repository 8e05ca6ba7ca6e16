package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.tests.DocumentedMetrics.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboards of Grafana ask for what there is, in queries that can be read. */
class DashboardsTest {
  private static final Path FOLDER = SkaldProcess.root().resolve("deploy/grafana/dashboards");

  private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

  /** What Grafana puts in by itself. */
  private static final Map<String, String> BUILT_IN =
      Map.of("__rate_interval", "5m", "__range", "1h", "__auto", "1m");

  private static final int COLUMNS = 24;

  /** A dashboard with its file's name. */
  private record Board(String name, JsonNode json) {
    List<JsonNode> panels() {
      return json.get("panels").valueStream().toList();
    }

    Set<String> variables() {
      Set<String> names = new HashSet<>(BUILT_IN.keySet());
      json.at("/templating/list").valueStream().forEach(v -> names.add(v.get("name").asString()));
      return names;
    }

    /** Returns the queries of panels that ask the data source of this type. */
    List<Query> queries(String type) {
      List<Query> queries = new ArrayList<>();
      for (JsonNode panel : panels()) {
        for (JsonNode target : panel.path("targets")) {
          if (target.at("/datasource/type").asString().equals(type)) {
            String place = name + ": " + panel.get("title").asString();
            queries.add(new Query(place, target.get("expr").asString()));
          }
        }
      }
      return queries;
    }
  }

  private record Query(String place, String text) {
    /** Returns the text as Grafana sends it, with everything chosen. */
    String sent() {
      return VARIABLE
          .matcher(text)
          .replaceAll(variable -> {
            String name = variable.group(1) == null ? variable.group(2) : variable.group(1);
            return Matcher.quoteReplacement(BUILT_IN.getOrDefault(name, ".*skald.*"));
          });
    }
  }

  @TempDir private Path directory;

  private static List<Board> boards() throws IOException {
    JsonMapper mapper = JsonMapper.builder().build();
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Board> boards =
          files
              .sorted()
              .map(file -> new Board(file.getFileName().toString(), mapper.readTree(file)))
              .toList();
      assertThat(boards).hasSizeGreaterThanOrEqualTo(2);
      return boards;
    }
  }

  @Test
  void metrics_all_standInTheDocument() throws IOException {
    Map<String, Told> documented = DocumentedMetrics.read();
    List<String> mistakes = new ArrayList<>();
    for (Board board : boards()) {
      List<Query> queries = board.queries("prometheus");
      assertThat(queries).isNotEmpty();
      for (Query query : queries) {
        PromQuery.mistakes(query.sent(), documented)
            .forEach(mistake -> mistakes.add(query.place() + ": " + mistake));
      }
      for (JsonNode variable : board.json().at("/templating/list")) {
        if (variable.get("type").asString().equals("query")) {
          PromQuery.mistakes(variable.get("definition").asString(), documented)
              .forEach(mistake -> mistakes.add(board.name() + ": " + mistake));
        }
      }
    }

    assertThat(mistakes).isEmpty();
  }

  @Test
  void promQl_ofAllPanels_isRead() throws Exception {
    assumeTrue(
        RealClientsTest.installed("promtool"),
        "skipped: promtool is not installed (Debian: apt-get install prometheus)");
    // Each panel's expression as a recording rule: what promtool reads, Prometheus does.
    StringBuilder rules = new StringBuilder("groups:\n  - name: panels\n    rules:\n");
    JsonMapper mapper = JsonMapper.builder().build();
    int number = 0;
    for (Board board : boards()) {
      for (Query query : board.queries("prometheus")) {
        rules.append("      # ").append(query.place()).append('\n');
        rules.append("      - record: panel").append(number++).append('\n');
        rules.append("        expr: ").append(mapper.writeValueAsString(query.sent())).append('\n');
      }
    }
    Files.writeString(directory.resolve("panels.yaml"), rules);

    Tool promtool = Tool.run(directory, "promtool", "check", "rules", "panels.yaml");

    assertThat(promtool.exitCode()).as(promtool.output()).isZero();
    assertThat(promtool.output()).contains("SUCCESS: " + number + " rules found");
  }

  @Test
  void logQl_ofAllPanels_isRead() throws IOException {
    List<String> mistakes = new ArrayList<>();
    int read = 0;
    for (Board board : boards()) {
      for (Query query : board.queries("loki")) {
        read++;
        try {
          Parser.parse(query.sent());
        } catch (ParseException e) {
          mistakes.add(query.place() + ": " + e.getMessage());
        }
      }
    }

    assertThat(mistakes).isEmpty();
    assertThat(read).isGreaterThan(2);
  }

  @Test
  void variables_all_areDefined() throws IOException {
    List<String> mistakes = new ArrayList<>();
    for (Board board : boards()) {
      Set<String> known = board.variables();
      // Legends and templates of lines have {{names}}, which are none of Grafana's.
      Matcher used = VARIABLE.matcher(board.json().toString());
      while (used.find()) {
        String name = used.group(1) == null ? used.group(2) : used.group(1);
        if (!known.contains(name) && !name.equals("__all")) {
          mistakes.add(board.name() + ": " + name);
        }
      }
    }

    assertThat(mistakes).isEmpty();
  }

  @Test
  void panels_all_haveWordsAndAPlaceOfTheirOwn() throws IOException {
    List<String> mistakes = new ArrayList<>();
    Set<String> boards = new HashSet<>();
    for (Board board : boards()) {
      assertThat(boards.add(board.json().get("uid").asString())).as(board.name()).isTrue();
      Set<Integer> ids = new HashSet<>();
      Set<String> cells = new HashSet<>();
      for (JsonNode panel : board.panels()) {
        String title = board.name() + ": " + panel.get("title").asString();
        boolean row = panel.get("type").asString().equals("row");
        if (!ids.add(panel.get("id").asInt())) {
          mistakes.add(title + ": its id is taken");
        }
        if (!row && panel.path("description").asString("").isBlank()) {
          mistakes.add(title + ": no description");
        }
        JsonNode place = panel.get("gridPos");
        int left = place.get("x").asInt();
        int top = place.get("y").asInt();
        for (int x = left; x < left + place.get("w").asInt(); x++) {
          for (int y = top; y < top + place.get("h").asInt(); y++) {
            if (x >= COLUMNS || !cells.add(x + "," + y)) {
              mistakes.add(title + ": covers another one, or lies beside the page");
            }
          }
        }
      }
    }

    assertThat(mistakes).isEmpty();
  }
}

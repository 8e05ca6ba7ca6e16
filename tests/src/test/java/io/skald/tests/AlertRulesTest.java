package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skald.tests.DocumentedMetrics.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The alerts of deploy/prometheus fire when they should, and not before. */
class AlertRulesTest {
  private static final Path FOLDER = SkaldProcess.root().resolve("deploy/prometheus");

  private static final Pattern CASE = Pattern.compile("(?m)^  - name: (\\w+)$");

  private static List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    for (JsonNode group : Yaml.read(FOLDER.resolve("alerts.yaml")).get("groups")) {
      group.get("rules").forEach(alerts::add);
    }
    return alerts;
  }

  private static String name(JsonNode alert) {
    return alert.get("alert").asString();
  }

  @Test
  void alerts_all_nameMetricsOfTheDocument() throws IOException {
    Map<String, Told> documented = DocumentedMetrics.read();
    List<String> mistakes = new ArrayList<>();
    for (JsonNode alert : alerts()) {
      PromQuery.mistakes(alert.get("expr").asString(), documented)
          .forEach(mistake -> mistakes.add(name(alert) + ": " + mistake));
    }

    assertThat(mistakes).isEmpty();
  }

  @Test
  void alerts_all_saySeverityAndWhatToDo() throws IOException {
    assertThat(alerts())
        .hasSizeGreaterThan(15)
        .allSatisfy(alert -> {
          assertThat(alert.at("/labels/severity").asString())
              .as(name(alert))
              .isIn("critical", "warning");
          assertThat(alert.get("annotations").propertyNames())
              .as(name(alert))
              .containsExactlyInAnyOrder("summary", "description");
        });
  }

  @Test
  void alerts_all_haveACase() throws IOException {
    List<String> cases =
        CASE.matcher(Files.readString(FOLDER.resolve("alerts-test.yaml")))
            .results()
            .map((MatchResult name) -> name.group(1))
            .toList();

    assertThat(alerts().stream().map(AlertRulesTest::name)).containsExactlyElementsOf(cases);
  }

  @Test
  void promtool_checksAndRunsAllCases() throws Exception {
    assumeTrue(
        RealClientsTest.installed("promtool"),
        "skipped: promtool is not installed (Debian: apt-get install prometheus)");

    Tool check = Tool.run(FOLDER, "promtool", "check", "rules", "alerts.yaml");
    Tool cases = Tool.run(FOLDER, "promtool", "test", "rules", "alerts-test.yaml");

    assertThat(check.exitCode()).as(check.output()).isZero();
    assertThat(check.output()).contains("SUCCESS: " + alerts().size() + " rules found");
    assertThat(cases.exitCode()).as(cases.output()).isZero();
  }
}

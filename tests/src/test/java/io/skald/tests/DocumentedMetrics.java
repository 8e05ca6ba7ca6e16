package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The tables of docs/metrics.md and of the metrics in docs/agent.md. */
final class DocumentedMetrics {
  /** {@code | `metric` | type | `label`, `label` | unit | meaning |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\| (\\w+) \\| (.*?) \\| (.*?) \\| (.+) \\|$");

  /** {@code | `metric` | type | `label`, `label` | meaning |}, of the agent. */
  private static final Pattern AGENT_ROW =
      Pattern.compile(
          "(?m)^\\| `(promtail_[a-z0-9_]+)` \\| (counter|gauge|histogram) \\| (.*?) ?\\| (.+)"
              + " \\|$");

  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  /** What a metric is said to be; labels are sorted. */
  record Told(String type, List<String> labels) {}

  private DocumentedMetrics() {}

  static String text() {
    return text("metrics.md");
  }

  private static String text(String page) {
    try {
      return Files.readString(SkaldProcess.root().resolve("docs").resolve(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the metrics of a server by name. */
  static Map<String, Told> read() {
    return read(ROW, text());
  }

  /** Returns whether only processes that have others beside them have a metric. */
  static boolean isOfACluster(String name) {
    return name.startsWith("skald_rpc_") || name.startsWith("skald_ring_");
  }

  /** Returns the metrics of an agent by name; none while its page tells none. */
  static Map<String, Told> readAgent() {
    return read(AGENT_ROW, text("agent.md"));
  }

  private static Map<String, Told> read(Pattern pattern, String page) {
    Map<String, Told> told = new TreeMap<>();
    for (MatchResult row : pattern.matcher(page).results().toList()) {
      List<String> labels =
          QUOTED
              .matcher(row.group(3))
              .results()
              .map((MatchResult label) -> label.group(1))
              .sorted()
              .toList();
      assertThat(told.put(row.group(1), new Told(row.group(2), labels))).isNull();
    }
    return told;
  }
}

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

/** The tables of docs/metrics.md. */
final class DocumentedMetrics {
  /** {@code | `metric` | type | `label`, `label` | unit | meaning |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z0-9_]+)` \\| (\\w+) \\| (.*?) \\| (.*?) \\| (.+) \\|$");

  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  /** What a metric is said to be; labels are sorted. */
  record Told(String type, List<String> labels) {}

  private DocumentedMetrics() {}

  static String text() {
    try {
      return Files.readString(SkaldProcess.root().resolve("docs/metrics.md"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns all metrics by name. */
  static Map<String, Told> read() {
    Map<String, Told> told = new TreeMap<>();
    for (MatchResult row : ROW.matcher(text()).results().toList()) {
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

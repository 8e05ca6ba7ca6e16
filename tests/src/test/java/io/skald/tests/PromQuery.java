package io.skald.tests;

import io.skald.tests.DocumentedMetrics.Told;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a PromQL expression says of metrics, compared with docs/metrics.md. */
final class PromQuery {
  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:skald|promtail|jvm|process)_[a-z0-9_]+)(?:\\{([^}]*)})?");
  private static final Pattern MATCHED = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
  private static final Pattern GROUPED =
      Pattern.compile("\\b(?:by|without|on|ignoring)\\s*\\(([^)]*)\\)");

  /** Labels that whoever scrapes adds. */
  private static final Set<String> OF_TARGETS =
      Set.of("cluster", "namespace", "job", "instance", "pod");

  private PromQuery() {}

  /** Returns what {@code expression} says that {@code documented} does not know, or nothing. */
  static List<String> mistakes(String expression, Map<String, Told> documented) {
    String bare = TEXT.matcher(expression).replaceAll("\"\"");
    List<String> mistakes = new ArrayList<>();
    Set<String> known = new HashSet<>(OF_TARGETS);
    Matcher metric = METRIC.matcher(bare);
    boolean any = false;
    while (metric.find()) {
      any = true;
      String name = metric.group(1);
      Set<String> labels = labels(name, documented);
      if (labels == null) {
        mistakes.add("no metric " + name);
        continue;
      }
      known.addAll(labels);
      Matcher matched = MATCHED.matcher(metric.group(2) == null ? "" : metric.group(2));
      while (matched.find()) {
        if (!labels.contains(matched.group(1))) {
          mistakes.add(name + " has no label " + matched.group(1));
        }
      }
    }
    if (!any) {
      mistakes.add("no metric at all");
    }
    Matcher grouped = GROUPED.matcher(bare);
    while (grouped.find()) {
      for (String label : grouped.group(1).split("\\s*,\\s*")) {
        if (!known.contains(label.strip())) {
          mistakes.add("no label " + label + " to group by");
        }
      }
    }
    return mistakes;
  }

  /** Returns the labels that series of this name have, or null if there are no such series. */
  private static @Nullable Set<String> labels(String series, Map<String, Told> documented) {
    Told told = documented.get(series);
    String part = "";
    if (told == null) {
      int cut = series.lastIndexOf('_');
      part = series.substring(cut);
      told = documented.get(series.substring(0, cut));
    }
    if (told == null) {
      return null;
    }
    boolean exists =
        switch (told.type()) {
          case "histogram" ->
              part.equals("_bucket") || part.equals("_sum") || part.equals("_count");
          case "summary" -> part.equals("_sum") || part.equals("_count");
          default -> part.isEmpty();
        };
    if (!exists) {
      return null;
    }
    Set<String> labels = new HashSet<>(OF_TARGETS);
    labels.addAll(told.labels());
    if (part.equals("_bucket")) {
      labels.add("le");
    }
    return labels;
  }
}

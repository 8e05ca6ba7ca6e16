package io.skald.tests;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /metrics} says: the text format of Prometheus, version 0.0.4. */
final class Exposition {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern PART = Pattern.compile("_(bucket|sum|count)$");

  /** A metric with everything that belongs to its name. */
  static final class Metric {
    String type = "";
    String help = "";
    final Set<String> labels = new TreeSet<>();
  }

  private final Map<String, Metric> metrics = new TreeMap<>();
  private final List<String> samples = new ArrayList<>();

  Exposition(String text) {
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        metric(words[2]).help = words.length > 3 ? words[3] : "";
      } else if (line.startsWith("# TYPE ")) {
        metric(words[2]).type = words[3];
      } else if (!line.startsWith("#") && !line.isBlank()) {
        samples.add(line);
        addLabels(line);
      }
    }
  }

  private Metric metric(String name) {
    return metrics.computeIfAbsent(name, _ -> new Metric());
  }

  private void addLabels(String line) {
    Matcher sample = match(line);
    String name = sample.group(1);
    if (!metrics.containsKey(name)) {
      name = PART.matcher(name).replaceFirst("");
    }
    Set<String> labels = metric(name).labels;
    labels.addAll(labels(sample).keySet());
    labels.remove("le");
    labels.remove("quantile");
  }

  private static Matcher match(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new AssertionError("no sample: " + line);
    }
    return sample;
  }

  private static Map<String, String> labels(Matcher sample) {
    Map<String, String> labels = new HashMap<>();
    if (sample.group(2) != null) {
      Matcher label = LABEL.matcher(sample.group(2));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return labels;
  }

  Map<String, Metric> metrics() {
    return metrics;
  }

  /**
   * Returns the sum of the samples of a name that have these labels, and maybe others.
   *
   * @param labels names and values in turn
   */
  double sum(String name, String... labels) {
    Map<String, String> wanted = new HashMap<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.put(labels[i], labels[i + 1]);
    }
    double sum = 0;
    for (String line : samples) {
      Matcher sample = match(line);
      if (sample.group(1).equals(name)
          && labels(sample).entrySet().containsAll(wanted.entrySet())) {
        sum += Double.parseDouble(sample.group(3));
      }
    }
    return sum;
  }
}

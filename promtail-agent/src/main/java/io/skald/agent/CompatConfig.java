package io.skald.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The block {@code compat}: switches for what differs from Promtail on purpose.
 *
 * @param metricsPrefix the first word of the names of metrics
 * @param skipUnsupported leaves jobs out whose sources do not exist here, instead of refusing the
 *     file
 * @param jsonNumbers how stages see numbers of JSON
 * @param emptyLabels what becomes of labels without a value
 * @param lineTruncation where lines are cut that are too long
 */
public record CompatConfig(
    String metricsPrefix,
    boolean skipUnsupported,
    JsonNumbers jsonNumbers,
    Choice emptyLabels,
    Choice lineTruncation) {
  private static final Pattern PREFIX = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  /** How stages see numbers of JSON. */
  public enum JsonNumbers {
    /** As doubles: {@code 1.50} is 1.5, large whole numbers lose digits. */
    PROMTAIL,
    /** Whole numbers keep all their digits. */
    EXACT
  }

  /** Whose behaviour a switch takes. */
  public enum Choice {
    PROMTAIL,
    SKALD
  }

  public CompatConfig {
    if (!PREFIX.matcher(metricsPrefix).matches()) {
      throw new IllegalArgumentException(
          "compat.metrics_prefix must be a word like promtail: " + metricsPrefix);
    }
  }

  public static CompatConfig defaults() {
    return new CompatConfig("promtail", false, JsonNumbers.PROMTAIL, Choice.SKALD, Choice.SKALD);
  }

  /** Returns the switches that do not stand as they do by default, for the log. */
  public List<String> active() {
    CompatConfig standard = defaults();
    List<String> active = new ArrayList<>();
    add(active, "metrics_prefix", metricsPrefix, standard.metricsPrefix);
    add(active, "skip_unsupported", skipUnsupported, standard.skipUnsupported);
    add(active, "json_numbers", jsonNumbers, standard.jsonNumbers);
    add(active, "empty_labels", emptyLabels, standard.emptyLabels);
    add(active, "line_truncation", lineTruncation, standard.lineTruncation);
    return active;
  }

  private static void add(List<String> active, String key, Object value, Object standard) {
    if (!value.equals(standard)) {
      active.add("compat." + key + ": " + String.valueOf(value).toLowerCase(java.util.Locale.ROOT));
    }
  }
}

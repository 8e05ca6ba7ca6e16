package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import io.skald.common.values.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code metrics}: measures extracted values; changes nothing. */
record MetricsStage(List<Measure> measures) implements Stage.Simple {
  private static final Duration MAX_IDLE = Duration.ofMinutes(5);
  private static final double NANOS_PER_SECOND = 1e9;

  MetricsStage {
    measures = List.copyOf(measures);
  }

  /** What a line does to a metric. */
  enum Action {
    INC,
    DEC,
    ADD,
    SUB,
    SET,
    OBSERVE
  }

  /**
   * One metric.
   *
   * @param value only lines with this text count; null for all that have the source
   * @param matchAll every line counts, with the source or without
   * @param countBytes the line's length is added
   */
  record Measure(
      StageMetrics.Metric metric,
      StageMetrics.Kind kind,
      String source,
      Action action,
      @Nullable String value,
      boolean matchAll,
      boolean countBytes) {}

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    if (!(body instanceof ConfigNode.Mapping mapping)) {
      throw new StageConfigException(body.origin(), "must be a mapping of metrics");
    }
    List<Measure> measures = new ArrayList<>();
    for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
      StageOptions options = new StageOptions(entry.getValue());
      measures.add(measure(entry.getKey(), options, building));
      building.done(options);
    }
    return new MetricsStage(measures);
  }

  private static Measure measure(
      String name, StageOptions options, PipelineCompiler.Building building)
      throws StageConfigException {
    String type = options.requiredText("type").toLowerCase(Locale.ROOT);
    StageMetrics.Kind kind =
        switch (type) {
          case "counter" -> StageMetrics.Kind.COUNTER;
          case "gauge" -> StageMetrics.Kind.GAUGE;
          case "histogram" -> StageMetrics.Kind.HISTOGRAM;
          default -> throw options.wrong("type", "must be counter, gauge or histogram: " + type);
        };
    ConfigNode node = options.node("config");
    StageOptions config = new StageOptions(node == null ? new ConfigNode.Scalar(null, name) : node);
    Duration maxIdle = options.duration("max_idle_duration", MAX_IDLE);
    if (maxIdle.compareTo(Duration.ofSeconds(1)) < 0) {
      throw options.wrong("max_idle_duration", "must be at least 1s: " + maxIdle);
    }
    boolean matchAll = config.flag("match_all", false);
    boolean countBytes = config.flag("count_entry_bytes", false);
    Action action = action(kind, config);
    if (matchAll && config.has("value")) {
      throw config.wrong("takes only one of match_all and value");
    }
    if (countBytes && !(matchAll && action == Action.ADD)) {
      throw config.wrong("count_entry_bytes", "needs match_all: true and action: add");
    }
    StageMetrics.Definition definition =
        new StageMetrics.Definition(
            kind,
            options.text("prefix", "promtail_custom_") + name,
            options.text("description", ""),
            maxIdle,
            kind == StageMetrics.Kind.HISTOGRAM ? buckets(config) : List.of());
    Measure measure =
        new Measure(
            building.context().metrics().metric(definition),
            kind,
            options.text("source", name),
            action,
            config.has("value") ? config.text("value", "") : null,
            matchAll,
            countBytes);
    building.done(config);
    return measure;
  }

  private static Action action(StageMetrics.Kind kind, StageOptions config)
      throws StageConfigException {
    if (kind == StageMetrics.Kind.HISTOGRAM) {
      return Action.OBSERVE;
    }
    String text = config.requiredText("action").toLowerCase(Locale.ROOT);
    List<Action> allowed =
        kind == StageMetrics.Kind.COUNTER
            ? List.of(Action.INC, Action.ADD)
            : List.of(Action.SET, Action.INC, Action.DEC, Action.ADD, Action.SUB);
    for (Action action : allowed) {
      if (action.name().toLowerCase(Locale.ROOT).equals(text)) {
        return action;
      }
    }
    throw config.wrong(
        "action", "must be one of " + allowed.toString().toLowerCase(Locale.ROOT) + ": " + text);
  }

  private static List<Double> buckets(StageOptions config) throws StageConfigException {
    List<Double> buckets = new ArrayList<>();
    for (String text : config.texts("buckets")) {
      try {
        buckets.add(Double.parseDouble(text));
      } catch (NumberFormatException e) {
        throw config.wrong("buckets", "must be numbers: " + text);
      }
    }
    if (buckets.isEmpty()) {
      throw config.wrong("'buckets' is required");
    }
    buckets.sort(null);
    return buckets;
  }

  @Override
  public boolean apply(Entry entry) {
    Labels labels = null;
    for (Measure measure : measures) {
      Double value = value(measure, entry);
      if (value == null) {
        continue;
      }
      if (labels == null) {
        labels = shownLabels(entry.labels());
      }
      StageMetrics.Operation operation =
          switch (measure.action) {
            case SET -> StageMetrics.Operation.SET;
            case OBSERVE -> StageMetrics.Operation.OBSERVE;
            case INC, DEC, ADD, SUB -> StageMetrics.Operation.ADD;
          };
      measure.metric.record(labels, operation, value);
    }
    return true;
  }

  /** Returns what is recorded; null if the line does not count. */
  private static @Nullable Double value(Measure measure, Entry entry) {
    if (measure.matchAll) {
      if (measure.countBytes) {
        return (double) entry.lineLength();
      }
      if (measure.action == Action.INC || measure.action == Action.DEC) {
        return measure.action == Action.INC ? 1.0 : -1.0;
      }
    }
    Object found = entry.extracted(measure.source);
    String text = Entry.textOf(found);
    if (text == null || (measure.value != null && !measure.value.equals(text))) {
      return null;
    }
    double number =
        switch (measure.action) {
          case INC -> 1;
          case DEC -> -1;
          case ADD, SET, OBSERVE -> number(found, text);
          case SUB -> -number(found, text);
        };
    // A counter cannot go back, and not every text is a number.
    boolean usable =
        !Double.isNaN(number) && !(measure.kind == StageMetrics.Kind.COUNTER && number < 0);
    return usable ? number : null;
  }

  /** A number, a duration in seconds, or a truth as 1 and 0; NaN for anything else. */
  private static double number(@Nullable Object value, String text) {
    if (value instanceof Double number) {
      return number;
    }
    if (value instanceof Boolean truth) {
      return truth ? 1 : 0;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException _) {
      try {
        return GoDuration.parse(text) / NANOS_PER_SECOND;
      } catch (IllegalArgumentException _) {
        return Double.NaN;
      }
    }
  }

  private static Labels shownLabels(Labels labels) {
    boolean allShown = true;
    for (int i = 0; i < labels.size(); i++) {
      allShown &= !labels.name(i).startsWith("__");
    }
    if (allShown) {
      return labels;
    }
    Labels.Builder shown = Labels.builder();
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.name(i).startsWith("__")) {
        shown.set(labels.name(i), labels.value(i));
      }
    }
    return shown.build();
  }
}

package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.common.values.GoFloat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps metrics of stages in memory and prints them in the text format of Prometheus. Series that
 * no line touched for their time vanish; a metric has so many series at most. Thread-safe.
 */
public final class StageMetricRegistry implements StageMetrics {
  /** Labels of lines can be anything: beyond this, new series are not counted. */
  private static final int MAX_SERIES = 10_000;

  private final Clock clock;
  private final Map<String, Family> families = new TreeMap<>();

  /** All series of a metric. */
  private static final class Family {
    final Definition definition;
    final Map<Labels, Series> series = new LinkedHashMap<>();

    Family(Definition definition) {
      this.definition = definition;
    }
  }

  private static final class Series {
    double value;
    long count;
    final long[] buckets;
    long touchedNanos;

    Series(int buckets) {
      this.buckets = new long[buckets];
    }
  }

  public StageMetricRegistry(Clock clock) {
    this.clock = clock;
  }

  /** Returns the metric; one of another kind under the same name keeps the first definition. */
  @Override
  public synchronized Metric metric(Definition definition) {
    Family family = families.computeIfAbsent(definition.name(), _ -> new Family(definition));
    return (labels, operation, value) -> record(family, labels, operation, value);
  }

  private synchronized void record(
      Family family, Labels labels, Operation operation, double value) {
    Series series = family.series.get(labels);
    if (series == null) {
      if (family.series.size() >= MAX_SERIES) {
        expire(family);
      }
      if (family.series.size() >= MAX_SERIES) {
        return;
      }
      series = new Series(family.definition.buckets().size());
      family.series.put(labels, series);
    }
    series.touchedNanos = clock.monotonicNanos();
    switch (operation) {
      case ADD -> series.value += value;
      case SET -> series.value = value;
      case OBSERVE -> {
        series.value += value;
        series.count++;
        List<Double> bounds = family.definition.buckets();
        for (int i = 0; i < bounds.size(); i++) {
          if (value <= bounds.get(i)) {
            series.buckets[i]++;
          }
        }
      }
    }
  }

  private void expire(Family family) {
    long now = clock.monotonicNanos();
    long idle = family.definition.maxIdle().toNanos();
    family.series.values().removeIf(series -> now - series.touchedNanos > idle);
  }

  /** Returns all metrics as text, sorted by name. */
  public synchronized String text() {
    StringBuilder out = new StringBuilder();
    for (Family family : families.values()) {
      expire(family);
      Definition definition = family.definition;
      String name = definition.name();
      out.append("# HELP ").append(name).append(' ');
      out.append(definition.description().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
      out.append("# TYPE ").append(name).append(' ');
      out.append(definition.kind().name().toLowerCase(Locale.ROOT)).append('\n');
      family.series.forEach((labels, series) -> {
        if (definition.kind() == Kind.HISTOGRAM) {
          histogram(out, definition, labels, series);
        } else {
          line(out, name, labels, series.value);
        }
      });
    }
    return out.toString();
  }

  private static void histogram(
      StringBuilder out, Definition definition, Labels labels, Series series) {
    String name = definition.name();
    for (int i = 0; i < series.buckets.length; i++) {
      String bound = GoFloat.formatGoValue(definition.buckets().get(i));
      line(out, name + "_bucket", with(labels, bound), series.buckets[i]);
    }
    line(out, name + "_bucket", with(labels, "+Inf"), series.count);
    line(out, name + "_sum", labels, series.value);
    line(out, name + "_count", labels, series.count);
  }

  private static Labels with(Labels labels, String bound) {
    return labels.toBuilder().set("le", bound).build();
  }

  private static void line(StringBuilder out, String name, Labels labels, double value) {
    out.append(name);
    if (!labels.isEmpty()) {
      out.append(labels);
    }
    out.append(' ').append(GoFloat.formatGoValue(value)).append('\n');
  }
}

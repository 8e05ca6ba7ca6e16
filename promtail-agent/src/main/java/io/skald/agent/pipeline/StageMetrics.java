package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import java.time.Duration;
import java.util.List;

/** Keeps what {@code metrics} stages measure. */
public interface StageMetrics {
  /** Measures nothing. */
  StageMetrics NONE = _ -> (_, _, _) -> {};

  /** How a metric is shown. */
  enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /** What a line does to a series. */
  enum Operation {
    ADD,
    SET,
    OBSERVE
  }

  /**
   * One metric.
   *
   * @param name with its prefix
   * @param maxIdle how long a series that no line touches is kept
   * @param buckets upper bounds of a histogram, ascending
   */
  record Definition(
      Kind kind, String name, String description, Duration maxIdle, List<Double> buckets) {
    public Definition {
      buckets = List.copyOf(buckets);
    }
  }

  /** Takes values for the series of a metric. */
  interface Metric {
    void record(Labels labels, Operation operation, double value);
  }

  /** Returns the metric of that definition; the same for equal ones. */
  Metric metric(Definition definition);
}

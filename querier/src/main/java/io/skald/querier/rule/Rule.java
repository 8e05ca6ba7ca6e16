package io.skald.querier.rule;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** A query that is evaluated again and again, and what becomes of its result. */
public sealed interface Rule {
  /** Returns the name of the alert or of the new series. */
  String name();

  /** Returns the query as it was written. */
  String expr();

  /** Returns the labels that are added; an empty value removes one. */
  SortedMap<String, String> labels();

  /**
   * Every series of the result is an alert.
   *
   * @param hold how long a series must be there before its alert fires ({@code for})
   * @param keepFiringFor how long an alert fires on without its series
   * @param labels templates
   * @param annotations templates
   */
  record Alerting(
      String name,
      String expr,
      Duration hold,
      Duration keepFiringFor,
      SortedMap<String, String> labels,
      SortedMap<String, String> annotations)
      implements Rule {
    public Alerting {
      labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
      annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }
  }

  /** The result becomes a series of its own, which is sent to a metrics store. */
  record Recording(String name, String expr, SortedMap<String, String> labels) implements Rule {
    public Recording {
      labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }
  }
}

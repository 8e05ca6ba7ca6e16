package io.skald.querier.rule.evaluate;

import io.skald.common.block.StorageException;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.syntax.ParseException;
import io.skald.querier.rule.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rule and what it keeps between evaluations. Evaluated by one thread at a time; its status is
 * read by any.
 */
final class RuleRun {
  private static final Logger LOG = LoggerFactory.getLogger(RuleRun.class);

  /** The series of alerts that metrics stores know from Prometheus. */
  private static final String ALERTS = "ALERTS";

  private static final String ALERTS_FOR_STATE = "ALERTS_FOR_STATE";
  private static final String METRIC_NAME = "__name__";
  private static final String ALERT_NAME = "alertname";
  private static final String ALERT_STATE = "alertstate";
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final TenantId tenant;
  private final Rule rule;
  private final RuleQueries queries;
  private final Clock clock;
  private final @Nullable AlertTexts texts;
  private final @Nullable AlertStates states;

  /** Replaced as a whole by whoever evaluates. */
  private volatile RuleStatus status;

  RuleRun(TenantId tenant, Rule rule, RuleQueries queries, EvaluationConfig config, Clock clock) {
    this.tenant = tenant;
    this.rule = rule;
    this.queries = queries;
    this.clock = clock;
    this.status = new RuleStatus(rule, Evaluated.NOT_YET, List.of());
    switch (rule) {
      case Rule.Alerting alerting -> {
        texts = new AlertTexts(alerting, config, clock);
        states = new AlertStates(alerting);
      }
      case Rule.Recording _ -> {
        texts = null;
        states = null;
      }
    }
  }

  Rule rule() {
    return rule;
  }

  RuleStatus status() {
    return status;
  }

  /** Returns whether alerts of the other rule are alerts of this one. */
  boolean continues(RuleRun other) {
    return states != null
        && other.states != null
        && rule.name().equals(other.rule.name())
        && rule.labels().equals(other.rule.labels());
  }

  /** Goes on with the alerts of a rule that this one continues, and that is at rest. */
  void adopt(RuleRun before) {
    if (states != null && before.states != null) {
      states.adopt(before.states);
    }
  }

  /** What an evaluation yields for others. */
  record Yield(List<Sample> samples, List<Notice> notices, boolean failed) {
    static final Yield NOTHING = new Yield(List.of(), List.of(), true);
  }

  /** A rule cannot be evaluated, for a reason of its own. */
  private static final class RuleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RuleException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Evaluates the rule once. An evaluation that fails leaves alerts as they are.
   *
   * @param at when it is evaluated
   * @param queryAt the instant that the query sees
   * @param limit the most alerts or series; 0 sets none
   */
  Yield evaluate(long at, long queryAt, int limit, Duration resendDelay, Duration validFor) {
    long began = clock.nowNanos();
    long beganMonotonic = clock.monotonicNanos();
    Yield result = Yield.NOTHING;
    String error = "";
    try {
      List<QueryResult.Sample> vector = vector(queries.at(tenant, rule.expr(), queryAt));
      result =
          switch (rule) {
            case Rule.Recording recording -> record(recording, vector, queryAt, limit);
            case Rule.Alerting _ -> alert(vector, at, limit, resendDelay, validFor);
          };
    } catch (QueryException | ParseException | StorageException | RuleException e) {
      error = String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("rule {} of tenant {} failed", rule.name(), tenant, e);
      error = "internal error";
    }
    Evaluated last =
        new Evaluated(
            error.isEmpty() ? "ok" : "err", error, began, clock.monotonicNanos() - beganMonotonic);
    status = new RuleStatus(rule, last, states == null ? List.of() : states.alerts());
    return result;
  }

  private static List<QueryResult.Sample> vector(QueryResult result) {
    return switch (result) {
      case QueryResult.Vector(List<QueryResult.Sample> samples) -> samples;
      case QueryResult.Scalar(long timestamp, double value) ->
          List.of(new QueryResult.Sample(Labels.EMPTY, timestamp, value));
      case QueryResult.Streams _, QueryResult.Matrix _ ->
          throw new RuleException("the result of a rule must be a vector or a number");
    };
  }

  private static Yield record(
      Rule.Recording recording, List<QueryResult.Sample> vector, long at, int limit) {
    if (limit > 0 && vector.size() > limit) {
      throw new RuleException("exceeded limit of " + limit + " with " + vector.size() + " series");
    }
    Map<Labels, Sample> samples = new LinkedHashMap<>();
    for (QueryResult.Sample sample : vector) {
      Labels.Builder labels = sample.labels().toBuilder();
      recording.labels().forEach((name, value) -> setOrRemove(labels, name, value));
      Labels built = labels.set(METRIC_NAME, recording.name()).build();
      if (samples.put(built, new Sample(built, at / NANOS_PER_MILLI, sample.value())) != null) {
        throw new RuleException(
            "vector contains metrics with the same labelset after applying rule labels");
      }
    }
    return new Yield(List.copyOf(samples.values()), List.of(), false);
  }

  private Yield alert(
      List<QueryResult.Sample> vector,
      long at,
      int limit,
      Duration resendDelay,
      Duration validFor) {
    AlertTexts ownTexts = Objects.requireNonNull(texts);
    AlertStates ownStates = Objects.requireNonNull(states);
    Map<Labels, AlertStates.Seen> seen = new HashMap<>();
    for (QueryResult.Sample sample : vector) {
      AlertTexts.Texts written = ownTexts.of(sample);
      Labels.Builder labels = sample.labels().toBuilder().remove(METRIC_NAME);
      written.labels().forEach((name, value) -> setOrRemove(labels, name, value));
      Labels built = labels.set(ALERT_NAME, rule.name()).build();
      AlertStates.Seen one = new AlertStates.Seen(written.annotations(), sample.value());
      if (seen.put(built, one) != null) {
        throw new RuleException(
            "vector contains metrics with the same labelset after applying alert labels");
      }
    }
    int count = ownStates.update(seen, at);
    if (limit > 0 && count > limit) {
      ownStates.clear();
      throw new RuleException("exceeded limit of " + limit + " with " + count + " alerts");
    }
    return new Yield(
        series(ownStates.alerts(), at), ownStates.notices(at, resendDelay, validFor), false);
  }

  /** An empty value stands for the absence of the label. */
  private static void setOrRemove(Labels.Builder labels, String name, String value) {
    if (value.isEmpty()) {
      labels.remove(name);
    } else {
      labels.set(name, value);
    }
  }

  private static List<Sample> series(List<Alert> alerts, long at) {
    List<Sample> samples = new ArrayList<>();
    for (Alert alert : alerts) {
      Labels state =
          alert.labels().toBuilder()
              .set(METRIC_NAME, ALERTS)
              .set(ALERT_STATE, alert.state().text())
              .build();
      Labels since = alert.labels().toBuilder().set(METRIC_NAME, ALERTS_FOR_STATE).build();
      long millis = at / NANOS_PER_MILLI;
      samples.add(new Sample(state, millis, 1));
      samples.add(new Sample(since, millis, Math.floor(alert.activeAtNanos() / NANOS_PER_SECOND)));
    }
    return samples;
  }
}

package io.skald.tests.oracle;

import io.skald.common.model.LabelMatcher;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.LabelFilter;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.MetricExpr.RangeFunction;
import io.skald.logql.syntax.MetricExpr.VectorFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Metric queries at one instant (reference, 5). */
final class PlainMetrics {
  private static final Set<RangeFunction> PRUNED_BELOW_SUM =
      Set.of(
          RangeFunction.COUNT_OVER_TIME,
          RangeFunction.RATE,
          RangeFunction.BYTES_OVER_TIME,
          RangeFunction.BYTES_RATE,
          RangeFunction.SUM_OVER_TIME);

  /** A value of an entry in a window. */
  record Sample(long timestampNanos, double value) {}

  /** Entries sorted by time, then by the text of their stream, then by arrival. */
  private final List<PlainEntry> entries;

  private final Map<LogRange, List<Sampled>> samples = new HashMap<>();

  /**
   * @param kept false for an entry that was dropped, but might not be if fewer labels are extracted
   */
  private record Sampled(
      PlainEntry entry,
      Map<String, String> labels,
      double value,
      int bytes,
      boolean failedLate,
      boolean kept) {}

  PlainMetrics(List<PlainEntry> entries) {
    this.entries = entries;
  }

  /** A number for {@code Scalar}, else series. */
  sealed interface Value {
    record Scalar(double value) implements Value {}

    record Vector(List<Series> series) implements Value {}
  }

  record Series(Map<String, String> labels, double value) {}

  Value evaluate(MetricExpr node, long timeNanos) {
    return switch (node) {
      case MetricExpr.Literal(double value) -> new Value.Scalar(value);
      case MetricExpr.Vector(double value) ->
          new Value.Vector(List.of(new Series(Map.of(), value)));
      case MetricExpr.RangeAggregation range -> new Value.Vector(range(range, timeNanos, false));
      case MetricExpr.VectorAggregation outer -> new Value.Vector(aggregate(outer, timeNanos));
      case MetricExpr.Binary binary ->
          PlainBinary.apply(
              binary, evaluate(binary.left(), timeNanos), evaluate(binary.right(), timeNanos));
      case MetricExpr.LabelReplace replace ->
          new Value.Vector(replaced(replace, vector(evaluate(replace.inner(), timeNanos))));
    };
  }

  static List<Series> vector(Value value) {
    return switch (value) {
      case Value.Scalar(double number) -> List.of(new Series(Map.of(), number));
      case Value.Vector(List<Series> series) -> series;
    };
  }

  // ---- range aggregations

  /**
   * @param errorsMayGoUnnoticed whether labels need not be extracted, and errors not be found
   */
  private List<Series> range(
      MetricExpr.RangeAggregation node, long timeNanos, boolean errorsMayGoUnnoticed) {
    boolean absent = node.function() == RangeFunction.ABSENT_OVER_TIME;
    long through = timeNanos - node.range().offsetNanos();
    long after = through - node.range().rangeNanos();
    Map<Map<String, String>, List<Sampled>> groups = new HashMap<>();
    for (Sampled sampled : sampled(node.range())) {
      long at = sampled.entry().timestampNanos();
      if (at <= after || at > through) {
        continue;
      }
      boolean error = sampled.kept() && sampled.labels().containsKey(LineState.ERROR);
      if (absent || errorsMayGoUnnoticed || node.grouping() != null) {
        if (error || sampled.failedLate()) {
          throw new UndecidedException("an error that need not be noticed");
        }
      } else if (error) {
        throw new QueryFailedException("pipeline error");
      }
      if (!sampled.kept()) {
        continue;
      }
      groups.computeIfAbsent(seriesOf(node, sampled.labels()), _ -> new ArrayList<>()).add(sampled);
    }
    if (absent) {
      return groups.isEmpty()
          ? List.of(new Series(absentLabels(node.range().log().selector()), 1))
          : List.of();
    }
    List<Series> result = new ArrayList<>();
    groups.forEach((labels, window) -> result.add(new Series(labels, value(node, window))));
    return result;
  }

  /**
   * A series lacks the label that became its value (5.2), unless {@code by} names it; recorded
   * answers show that {@code without} does not bring it back.
   */
  private static Map<String, String> seriesOf(
      MetricExpr.RangeAggregation node, Map<String, String> labels) {
    Map<String, String> kept = new TreeMap<>(labels);
    boolean by = node.grouping() != null && !node.grouping().without();
    if (node.range().unwrap() != null && !by) {
      kept.remove(node.range().unwrap().label());
    }
    return grouped(node.grouping(), kept);
  }

  /** All entries of a range's log query with their labels and values, in time order. */
  private List<Sampled> sampled(LogRange range) {
    return samples.computeIfAbsent(range, this::sample);
  }

  private List<Sampled> sample(LogRange range) {
    PlainPipeline pipeline = new PlainPipeline(range.log().stages());
    List<Sampled> result = new ArrayList<>();
    for (PlainEntry entry : entries) {
      if (!selects(range.log(), entry)) {
        continue;
      }
      LineState state = new LineState(entry);
      Optional<Double> value = Optional.empty();
      if (pipeline.run(state)) {
        value = value(range.unwrap(), state);
      }
      if (value.isPresent() || state.failedLate) {
        result.add(
            new Sampled(
                entry,
                state.labels(),
                value.orElse(0.0),
                PlainValues.utf8Length(state.line),
                state.failedLate,
                value.isPresent()));
      }
    }
    return result;
  }

  static boolean selects(LogExpr log, PlainEntry entry) {
    return log.selector().stream()
        .allMatch(matcher -> matcher.matches(entry.stream().getOrDefault(matcher.name(), "")));
  }

  /** Returns what an entry weighs; empty if that is nothing. */
  private static Optional<Double> value(LogRange.@Nullable Unwrap unwrap, LineState state) {
    if (unwrap == null) {
      return Optional.of(1.0);
    }
    String text = state.getOrEmpty(unwrap.label());
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<Double> value =
        switch (unwrap.conversion()) {
          case NONE -> PlainValues.number(text);
          case BYTES -> PlainValues.bytes(text);
          case DURATION, DURATION_SECONDS -> PlainValues.duration(text).map(nanos -> nanos / 1e9);
        };
    if (value.isEmpty()) {
      state.fail("SampleExtractionErr");
    }
    for (LabelFilter filter : unwrap.filters()) {
      if (!PlainFilters.passes(filter, state)) {
        return Optional.empty();
      }
    }
    return Optional.of(value.orElse(0.0));
  }

  private static Map<String, String> absentLabels(List<LabelMatcher> selector) {
    Map<String, String> labels = new TreeMap<>();
    for (LabelMatcher matcher : selector) {
      boolean once =
          selector.stream().filter(other -> other.name().equals(matcher.name())).count() == 1;
      if (once && matcher.operator() == LabelMatcher.Operator.EQUAL && !matcher.value().isEmpty()) {
        labels.put(matcher.name(), matcher.value());
      }
    }
    return labels;
  }

  private static double value(MetricExpr.RangeAggregation node, List<Sampled> window) {
    double seconds = node.range().rangeNanos() / 1e9;
    List<Sample> samples =
        window.stream().map(one -> new Sample(one.entry().timestampNanos(), one.value())).toList();
    double sum = samples.stream().mapToDouble(Sample::value).sum();
    double bytes = window.stream().mapToDouble(Sampled::bytes).sum();
    return switch (node.function()) {
      case COUNT_OVER_TIME -> window.size();
      case RATE -> node.range().unwrap() == null ? window.size() / seconds : sum / seconds;
      case BYTES_OVER_TIME -> bytes;
      case BYTES_RATE -> bytes / seconds;
      case SUM_OVER_TIME -> sum;
      case AVG_OVER_TIME -> sum / samples.size();
      case MIN_OVER_TIME -> extreme(samples, -1);
      case MAX_OVER_TIME -> extreme(samples, 1);
      case STDVAR_OVER_TIME -> variance(values(samples));
      case STDDEV_OVER_TIME -> Math.sqrt(variance(values(samples)));
      case QUANTILE_OVER_TIME ->
          quantile(Objects.requireNonNull(node.parameter()), values(samples));
      case FIRST_OVER_TIME -> samples.getFirst().value();
      case LAST_OVER_TIME -> samples.getLast().value();
      case RATE_COUNTER -> rateCounter(samples, seconds);
      case ABSENT_OVER_TIME -> throw new IllegalStateException("handled before");
    };
  }

  private static List<Double> values(List<Sample> samples) {
    return samples.stream().map(Sample::value).toList();
  }

  private static double extreme(List<Sample> samples, int sign) {
    double best = Double.NaN;
    for (Sample sample : samples) {
      if (Double.isNaN(best) || sign * sample.value() > sign * best) {
        best = sample.value();
      }
    }
    return best;
  }

  static double variance(List<Double> values) {
    double mean = values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return squares / values.size();
  }

  private static double quantile(double fraction, List<Double> values) {
    if (fraction > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (values.stream().anyMatch(value -> !Double.isFinite(value))) {
      throw new UndecidedException("where NaN sorts, and what lies between infinities");
    }
    List<Double> sorted = values.stream().sorted().toList();
    double rank = fraction * (sorted.size() - 1);
    int low = (int) Math.floor(rank);
    int high = Math.min(low + 1, sorted.size() - 1);
    double weight = rank - low;
    return sorted.get(low) * (1 - weight) + sorted.get(high) * weight;
  }

  private static double rateCounter(List<Sample> samples, double rangeSeconds) {
    if (samples.size() < 2) {
      return 0;
    }
    double first = samples.getFirst().value();
    double increase = samples.getLast().value() - first;
    for (int i = 1; i < samples.size(); i++) {
      if (samples.get(i).value() < samples.get(i - 1).value()) {
        increase += samples.get(i - 1).value();
      }
    }
    double sampled =
        (samples.getLast().timestampNanos() - samples.getFirst().timestampNanos()) / 1e3;
    double distance = rangeSeconds;
    if (increase > 0 && first >= 0) {
      distance = Math.min(distance, sampled * first / increase);
    }
    double average = sampled / (samples.size() - 1);
    if (distance >= 1.1 * average) {
      distance = average / 2;
    }
    return increase * (sampled + distance) / sampled / rangeSeconds;
  }

  // ---- vector aggregations (5.5)

  private static Map<String, String> grouped(
      @Nullable Grouping grouping, Map<String, String> labels) {
    if (grouping == null) {
      return labels;
    }
    Map<String, String> kept = new TreeMap<>(labels);
    kept.keySet().removeIf(name -> grouping.labels().contains(name) == grouping.without());
    return kept;
  }

  private List<Series> aggregate(MetricExpr.VectorAggregation node, long timeNanos) {
    boolean pruned =
        node.function() == VectorFunction.SUM
            && node.inner() instanceof MetricExpr.RangeAggregation inner
            && inner.grouping() == null
            && PRUNED_BELOW_SUM.contains(inner.function())
            && (node.grouping() == null || !node.grouping().without());
    if (pruned && groupsByUnwrapped(node)) {
      throw new UndecidedException("an unwrapped label that the outer grouping names");
    }
    List<Series> inner =
        pruned
            ? range((MetricExpr.RangeAggregation) node.inner(), timeNanos, true)
            : vector(evaluate(node.inner(), timeNanos));
    Grouping grouping = node.grouping() == null ? new Grouping(false, List.of()) : node.grouping();
    Map<Map<String, String>, List<Series>> groups = new HashMap<>();
    for (Series series : inner) {
      groups
          .computeIfAbsent(grouped(grouping, series.labels()), _ -> new ArrayList<>())
          .add(series);
    }
    List<Series> result = new ArrayList<>();
    groups.forEach((labels, members) -> {
      switch (node.function()) {
        case TOPK -> result.addAll(best(node.parameter(), members, -1));
        case BOTTOMK -> result.addAll(best(node.parameter(), members, 1));
        case SORT, SORT_DESC -> result.addAll(members);
        case APPROX_TOPK -> throw new UndecidedException("approximate");
        default -> result.add(new Series(labels, combined(node.function(), members)));
      }
    });
    return result;
  }

  private static boolean groupsByUnwrapped(MetricExpr.VectorAggregation node) {
    LogRange.Unwrap unwrap = ((MetricExpr.RangeAggregation) node.inner()).range().unwrap();
    return unwrap != null
        && node.grouping() != null
        && node.grouping().labels().contains(unwrap.label());
  }

  private static List<Series> best(int count, List<Series> members, int sign) {
    List<Series> sorted =
        members.stream()
            .sorted(Comparator.comparingDouble(series -> sign * series.value()))
            .toList();
    if (members.stream().anyMatch(series -> Double.isNaN(series.value()))) {
      throw new UndecidedException("where NaN ranks");
    }
    if (sorted.size() <= count) {
      return sorted;
    }
    double last = sorted.get(count - 1).value();
    double next = sorted.get(count).value();
    if (last == next || Math.abs(last - next) <= 1e-9 * Math.max(1, Math.abs(last))) {
      throw new UndecidedException("equal values at the cut");
    }
    return sorted.subList(0, count);
  }

  private static double combined(VectorFunction function, List<Series> members) {
    List<Double> values = members.stream().map(Series::value).toList();
    double sum = values.stream().mapToDouble(Double::doubleValue).sum();
    List<Sample> samples = values.stream().map(value -> new Sample(0, value)).toList();
    return switch (function) {
      case SUM -> sum;
      case AVG -> sum / values.size();
      case MIN -> extreme(samples, -1);
      case MAX -> extreme(samples, 1);
      case COUNT -> values.size();
      case STDVAR -> variance(values);
      case STDDEV -> Math.sqrt(variance(values));
      default -> throw new IllegalStateException("not a combining function: " + function);
    };
  }

  private static List<Series> replaced(MetricExpr.LabelReplace node, List<Series> series) {
    com.google.re2j.Pattern pattern = com.google.re2j.Pattern.compile("^(?:" + node.regex() + ")$");
    List<Series> result = new ArrayList<>();
    for (Series one : series) {
      com.google.re2j.Matcher match = pattern.matcher(one.labels().getOrDefault(node.source(), ""));
      Map<String, String> labels = new TreeMap<>(one.labels());
      if (match.matches()) {
        String value = node.replacement();
        for (int i = 1; i <= match.groupCount(); i++) {
          value = value.replace("${" + i + "}", match.group(i) == null ? "" : match.group(i));
        }
        if (value.isEmpty()) {
          labels.remove(node.target());
        } else {
          labels.put(node.target(), value);
        }
      }
      result.add(new Series(labels, one.value()));
    }
    return result;
  }
}

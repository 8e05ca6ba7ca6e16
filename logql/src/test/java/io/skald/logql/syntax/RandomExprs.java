package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Draws expressions that the parser can produce: valid, with folded literals. */
final class RandomExprs {
  private static final String[] NAMES = {
    "a", "_b", "app", "rate", "sum", "duration", "bytes", "ip", "vector", "__error__", "Z9"
  };
  private static final String[] TEXTS = {
    "",
    "x",
    "a b",
    "\"q\"",
    "back\\slash",
    "`tick`",
    "new\nline",
    "tab\t\u0000",
    "{{.a}}",
    "日本🚢",
    "# // /* x */",
    "\u2028",
    "10.0.0.0/8",
    "'",
    "é",
    "\r"
  };
  private static final String[] REGEXES = {"x", "a|b", "(?i)x.*", "[a-z]+\\d{2}", "\\Q\"\\E", ""};

  private final SplittableRandom random;

  RandomExprs(SplittableRandom random) {
    this.random = random;
  }

  Expr expr() {
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> log();
      case 4 -> new Expr.Variants(list(1, () -> metric(2)), range(random.nextBoolean()));
      default -> metric(4);
    };
  }

  private LogExpr log() {
    List<Stage> stages = new ArrayList<>();
    for (Stage stage : list(0, this::stage)) {
      if (stages.isEmpty() || !readsAsMatcher(stages.getLast(), stage)) {
        stages.add(stage);
      }
    }
    return new LogExpr(selector(), stages);
  }

  /**
   * In {@code | drop a != "x"} the filter belongs to the label, so no query gives the two stages.
   */
  private static boolean readsAsMatcher(Stage stage, Stage next) {
    List<Stage.LabelPick> picks =
        switch (stage) {
          case Stage.Drop(List<Stage.LabelPick> dropped) -> dropped;
          case Stage.Keep(List<Stage.LabelPick> kept) -> kept;
          default -> List.of();
        };
    return !picks.isEmpty()
        && picks.getLast().matcher() == null
        && next instanceof Stage.LineFilter filter
        && (filter.operator() == Stage.LineOperator.NOT_CONTAINS
            || filter.operator() == Stage.LineOperator.NOT_MATCHES);
  }

  private List<LabelMatcher> selector() {
    List<LabelMatcher> matchers = new ArrayList<>(list(0, this::matcher));
    matchers.add(
        random.nextInt(matchers.size() + 1),
        new LabelMatcher(name(), LabelMatcher.Operator.EQUAL, "not empty"));
    return matchers;
  }

  private LabelMatcher matcher() {
    LabelMatcher.Operator operator = pick(LabelMatcher.Operator.values());
    boolean regex =
        operator == LabelMatcher.Operator.REGEX || operator == LabelMatcher.Operator.NOT_REGEX;
    return new LabelMatcher(name(), operator, regex ? pick(REGEXES) : text());
  }

  private Stage stage() {
    return switch (random.nextInt(13)) {
      case 0, 1 -> lineFilter();
      case 2 -> new Stage.Json(list(0, this::extraction));
      case 3 ->
          new Stage.Logfmt(random.nextBoolean(), random.nextBoolean(), list(0, this::extraction));
      case 4 -> new Stage.Regexp("(?P<x>.*)" + pick(REGEXES));
      case 5 -> new Stage.Pattern("<x> " + text());
      case 6 -> new Stage.Unpack();
      case 7, 8 -> new Stage.Filter(filter(3));
      case 9 -> new Stage.LineFormat(text());
      case 10 ->
          new Stage.LabelFormat(
              list(
                  1,
                  () ->
                      random.nextBoolean()
                          ? new Stage.LabelAssignment(name(), name(), true)
                          : new Stage.LabelAssignment(name(), text(), false)));
      case 11 -> new Stage.Decolorize();
      default ->
          random.nextBoolean()
              ? new Stage.Drop(list(1, this::labelPick))
              : new Stage.Keep(list(1, this::labelPick));
    };
  }

  private Stage lineFilter() {
    Stage.LineOperator operator = pick(Stage.LineOperator.values());
    List<Stage.LineArgument> arguments =
        list(1, () -> new Stage.LineArgument(text(), random.nextInt(4) == 0));
    return new Stage.LineFilter(
        operator, operator.isNegative() ? arguments.subList(0, 1) : arguments);
  }

  private Stage.Extraction extraction() {
    return new Stage.Extraction(name(), text());
  }

  private Stage.LabelPick labelPick() {
    LabelMatcher matcher = matcher();
    return new Stage.LabelPick(matcher.name(), random.nextBoolean() ? matcher : null);
  }

  private LabelFilter filter(int depth) {
    if (depth > 0 && random.nextInt(3) == 0) {
      return random.nextBoolean()
          ? new LabelFilter.And(filter(depth - 1), filter(depth - 1))
          : new LabelFilter.Or(filter(depth - 1), filter(depth - 1));
    }
    return switch (random.nextInt(5)) {
      case 0 -> new LabelFilter.Text(matcher());
      case 1 -> new LabelFilter.Ip(name(), random.nextBoolean(), text());
      case 2 -> {
        double value = number();
        yield new LabelFilter.Number(name(), comparison(), value, Literals.printNumber(value));
      }
      case 3 -> {
        long nanos = random.nextLong() >> random.nextInt(64);
        yield new LabelFilter.Duration(name(), comparison(), nanos, GoDuration.format(nanos));
      }
      default -> {
        long bytes = random.nextLong() >>> (1 + random.nextInt(62));
        bytes = random.nextBoolean() ? bytes : bytes % 1000 * 100_000;
        yield new LabelFilter.Bytes(name(), comparison(), bytes, Literals.printBytes(bytes));
      }
    };
  }

  private LabelFilter.Comparison comparison() {
    return pick(LabelFilter.Comparison.values());
  }

  private MetricExpr metric(int depth) {
    if (depth == 0) {
      return random.nextBoolean() ? rangeAggregation() : new MetricExpr.Vector(Math.abs(number()));
    }
    return switch (random.nextInt(8)) {
      case 0, 1 -> rangeAggregation();
      case 2, 3 -> vectorAggregation(depth);
      case 4, 5 -> binary(depth);
      case 6 -> literal();
      default -> new MetricExpr.LabelReplace(operand(depth), text(), text(), text(), pick(REGEXES));
    };
  }

  /** A metric that is not a literal. */
  private MetricExpr operand(int depth) {
    MetricExpr metric = metric(depth - 1);
    return metric instanceof MetricExpr.Literal(double value)
        ? new MetricExpr.Vector(Double.isFinite(value) ? Math.abs(value) : 1)
        : metric;
  }

  private MetricExpr literal() {
    return new MetricExpr.Literal(
        switch (random.nextInt(8)) {
          case 0 -> Double.NaN;
          case 1 -> Double.POSITIVE_INFINITY;
          case 2 -> Double.NEGATIVE_INFINITY;
          case 3 -> -0.0;
          default -> number();
        });
  }

  private MetricExpr binary(int depth) {
    MetricExpr.BinaryOperator operator = pick(MetricExpr.BinaryOperator.values());
    MetricExpr left = operand(depth);
    MetricExpr right = operator.isSet() || random.nextBoolean() ? operand(depth) : literal();
    boolean swap = !operator.isSet() && random.nextBoolean();
    return new MetricExpr.Binary(
        operator, random.nextBoolean(), matching(), swap ? right : left, swap ? left : right);
  }

  private MetricExpr.Matching matching() {
    if (random.nextBoolean()) {
      return MetricExpr.Matching.all();
    }
    MetricExpr.Cardinality cardinality = pick(MetricExpr.Cardinality.values());
    boolean grouped = cardinality != MetricExpr.Cardinality.ONE_TO_ONE;
    return new MetricExpr.Matching(
        random.nextBoolean(),
        true,
        list(0, this::name),
        cardinality,
        grouped ? list(0, this::name) : List.of());
  }

  private MetricExpr vectorAggregation(int depth) {
    MetricExpr.VectorFunction function = pick(MetricExpr.VectorFunction.values());
    return switch (function) {
      case TOPK, BOTTOMK ->
          new MetricExpr.VectorAggregation(
              function, 1 + random.nextInt(1000), operand(depth), grouping());
      case APPROX_TOPK ->
          new MetricExpr.VectorAggregation(
              function, 1 + random.nextInt(1000), operand(depth), null);
      case SORT, SORT_DESC ->
          new MetricExpr.VectorAggregation(
              function,
              0,
              operand(depth),
              random.nextBoolean() ? null : new Grouping(random.nextBoolean(), List.of()));
      default -> new MetricExpr.VectorAggregation(function, 0, operand(depth), grouping());
    };
  }

  private MetricExpr rangeAggregation() {
    MetricExpr.RangeFunction function = pick(MetricExpr.RangeFunction.values());
    return switch (function) {
      case COUNT_OVER_TIME, BYTES_OVER_TIME, BYTES_RATE ->
          new MetricExpr.RangeAggregation(function, null, range(false), null);
      case RATE, ABSENT_OVER_TIME ->
          new MetricExpr.RangeAggregation(function, null, range(random.nextBoolean()), null);
      case RATE_COUNTER, SUM_OVER_TIME ->
          new MetricExpr.RangeAggregation(function, null, range(true), null);
      case QUANTILE_OVER_TIME ->
          new MetricExpr.RangeAggregation(function, Math.abs(number()), range(true), grouping());
      default -> new MetricExpr.RangeAggregation(function, null, range(true), grouping());
    };
  }

  private LogRange range(boolean unwrap) {
    long rangeNanos = (random.nextLong() >>> (1 + random.nextInt(62))) / 1_000_000 * 1_000_000;
    long offsetNanos = random.nextBoolean() ? 0 : random.nextLong() >> random.nextInt(64);
    return new LogRange(log(), unwrap ? unwrap() : null, rangeNanos, offsetNanos);
  }

  private LogRange.Unwrap unwrap() {
    return new LogRange.Unwrap(
        name(), pick(LogRange.Conversion.values()), list(0, () -> filter(2)));
  }

  private @Nullable Grouping grouping() {
    return random.nextBoolean() ? null : new Grouping(random.nextBoolean(), list(0, this::name));
  }

  private double number() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(-100, 100);
      case 1 -> Double.parseDouble(String.format(Locale.ROOT, "%.3f", random.nextDouble(1000)));
      case 2 -> random.nextDouble() * 1e300;
      default -> -random.nextDouble() / 1e9;
    };
  }

  private String name() {
    return pick(NAMES);
  }

  private String text() {
    return pick(TEXTS);
  }

  private <T> T pick(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> List<T> list(int minSize, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = minSize + random.nextInt(3); i > 0; i--) {
      list.add(element.get());
    }
    return list;
  }
}

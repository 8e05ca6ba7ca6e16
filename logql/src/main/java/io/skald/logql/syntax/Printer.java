package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Quoting;
import io.skald.common.values.GoDuration;
import io.skald.common.values.PrometheusDuration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints the canonical text of expressions, on one line. Parsing the text gives an equal
 * expression. Error messages and {@code /format_query} show it, so its spacing is fixed.
 */
final class Printer {
  private Printer() {}

  static String print(Expr expr) {
    return switch (expr) {
      case LogExpr log -> log(log);
      case MetricExpr.RangeAggregation aggregation ->
          aggregation.function().text()
              + "("
              + parameter(aggregation)
              + range(aggregation.range())
              + ")"
              + rangeGrouping(aggregation);
      case MetricExpr.VectorAggregation aggregation ->
          aggregationHead(aggregation)
              + "("
              + (aggregation.parameter() == 0 ? "" : aggregation.parameter() + ",")
              + print(aggregation.inner())
              + ")";
      case MetricExpr.Binary binary ->
          "(" + print(binary.left()) + " " + operator(binary) + " " + print(binary.right()) + ")";
      case MetricExpr.Literal(double value) -> Literals.printNumber(value);
      case MetricExpr.Vector(double value) -> "vector(" + vectorValue(value) + ")";
      case MetricExpr.LabelReplace replace ->
          "label_replace("
              + print(replace.inner())
              + ","
              + String.join(",", labelReplaceArguments(replace))
              + ")";
      case Expr.Variants(List<MetricExpr> variants, LogRange range) ->
          variants.stream()
              .map(Printer::print)
              .collect(Collectors.joining(", ", "variants(", ") of (" + range(range) + ")"));
    };
  }

  /** Prints a stage with its operator, {@code |= "x"} or {@code | json}. */
  static String print(Stage stage) {
    return switch (stage) {
      case Stage.LineFilter filter -> lineFilter(filter);
      case Stage.Json(List<Stage.Extraction> extractions) -> "| json" + extractions(extractions);
      case Stage.Logfmt(boolean strict, boolean keepEmpty, List<Stage.Extraction> extractions) ->
          "| logfmt"
              + (strict ? " " + LogParser.STRICT : "")
              + (keepEmpty ? " " + LogParser.KEEP_EMPTY : "")
              + extractions(extractions);
      case Stage.Regexp(String expression) -> "| regexp " + Quoting.quote(expression);
      case Stage.Pattern(String expression) -> "| pattern " + Quoting.quote(expression);
      case Stage.Unpack() -> "| unpack";
      case Stage.Filter(LabelFilter filter) -> "| " + print(filter);
      case Stage.LineFormat(String template) -> "| line_format " + Quoting.quote(template);
      case Stage.LabelFormat(List<Stage.LabelAssignment> assignments) ->
          "| label_format "
              + assignments.stream()
                  .map(a -> a.target() + "=" + (a.rename() ? a.text() : Quoting.quote(a.text())))
                  .collect(Collectors.joining(","));
      case Stage.Decolorize() -> "| decolorize";
      case Stage.Drop(List<Stage.LabelPick> picks) -> "| drop " + picks(picks);
      case Stage.Keep(List<Stage.LabelPick> picks) -> "| keep " + picks(picks);
    };
  }

  static String print(LabelFilter filter) {
    return switch (filter) {
      case LabelFilter.Text(LabelMatcher matcher) -> matcher.toString();
      case LabelFilter.Number number ->
          number.name() + number.comparison().text() + number.literal();
      case LabelFilter.Duration duration ->
          duration.name() + duration.comparison().text() + duration.literal();
      case LabelFilter.Bytes bytes -> bytes.name() + bytes.comparison().text() + bytes.literal();
      case LabelFilter.Ip(String name, boolean negated, String pattern) ->
          name + (negated ? "!=" : "=") + ip(pattern);
      case LabelFilter.And(LabelFilter left, LabelFilter right) ->
          "( " + print(left) + " , " + print(right) + " )";
      case LabelFilter.Or(LabelFilter left, LabelFilter right) ->
          "( " + print(left) + " or " + print(right) + " )";
    };
  }

  static String selector(List<LabelMatcher> matchers) {
    return matchers.stream()
        .map(LabelMatcher::toString)
        .collect(Collectors.joining(", ", "{", "}"));
  }

  static String unwrap(LogRange.Unwrap unwrap) {
    String label =
        unwrap.conversion() == LogRange.Conversion.NONE
            ? unwrap.label()
            : unwrap.conversion().text() + "(" + unwrap.label() + ")";
    return Stream.concat(
            Stream.of("| unwrap " + label), unwrap.filters().stream().map(f -> "| " + print(f)))
        .collect(Collectors.joining(" "));
  }

  /** Prints {@code [5m] offset 1h0m0s}. */
  static String window(LogRange range) {
    return "["
        + PrometheusDuration.format(range.rangeNanos())
        + "]"
        + (range.offsetNanos() == 0 ? "" : " offset " + GoDuration.format(range.offsetNanos()));
  }

  /** Prints the number in front of the range with its comma, or nothing. */
  static String parameter(MetricExpr.RangeAggregation aggregation) {
    Double parameter = aggregation.parameter();
    return parameter == null ? "" : Literals.printNumber(parameter) + ",";
  }

  static String rangeGrouping(MetricExpr.RangeAggregation aggregation) {
    Grouping grouping = aggregation.grouping();
    return grouping == null ? "" : " " + grouping(grouping);
  }

  /** Prints what stands before the parenthesis. */
  static String aggregationHead(MetricExpr.VectorAggregation aggregation) {
    Grouping grouping = aggregation.grouping();
    return aggregation.function().text() + (grouping == null ? "" : " " + grouping(grouping));
  }

  /** Prints a binary operator with its modifiers. */
  static String operator(MetricExpr.Binary binary) {
    StringBuilder out = new StringBuilder(binary.operator().text());
    if (binary.returnBool()) {
      out.append(" bool");
    }
    MetricExpr.Matching matching = binary.matching();
    if (!matching.explicit()) {
      return out.toString();
    }
    out.append(matching.on() ? " on " : " ignoring ").append(names(matching.labels())).append(' ');
    return switch (matching.cardinality()) {
      case ONE_TO_ONE -> out.toString();
      case MANY_TO_ONE -> out.append("group_left ").append(names(matching.include())).toString();
      case ONE_TO_MANY -> out.append("group_right ").append(names(matching.include())).toString();
    };
  }

  static List<String> labelReplaceArguments(MetricExpr.LabelReplace replace) {
    return Stream.of(replace.target(), replace.replacement(), replace.source(), replace.regex())
        .map(Quoting::quote)
        .toList();
  }

  private static String log(LogExpr log) {
    return Stream.concat(
            Stream.of(selector(log.selector())), log.stages().stream().map(Printer::print))
        .collect(Collectors.joining(" "));
  }

  private static String range(LogRange range) {
    LogRange.Unwrap unwrap = range.unwrap();
    return log(range.log()) + (unwrap == null ? "" : " " + unwrap(unwrap)) + window(range);
  }

  private static String lineFilter(Stage.LineFilter filter) {
    String operator = filter.operator().text() + " ";
    // A negative operator holds for all of its alternatives, which reads clearer in full.
    return filter.alternatives().stream()
        .map(a -> a.ip() ? ip(a.text()) : Quoting.quote(a.text()))
        .collect(
            Collectors.joining(
                filter.operator().isNegative() ? " " + operator : " or ", operator, ""));
  }

  private static String extractions(List<Stage.Extraction> extractions) {
    return extractions.isEmpty()
        ? ""
        : extractions.stream()
            .map(e -> e.name() + "=" + Quoting.quote(e.path()))
            .collect(Collectors.joining(",", " ", ""));
  }

  private static String picks(List<Stage.LabelPick> picks) {
    return picks.stream().map(Printer::pick).collect(Collectors.joining(","));
  }

  private static String pick(Stage.LabelPick pick) {
    LabelMatcher matcher = pick.matcher();
    return matcher == null ? pick.name() : matcher.toString();
  }

  private static String ip(String pattern) {
    return "ip(" + Quoting.quote(pattern) + ")";
  }

  private static String grouping(Grouping grouping) {
    return (grouping.without() ? "without " : "by ") + names(grouping.labels());
  }

  private static String names(List<String> names) {
    return "(" + String.join(",", names) + ")";
  }

  /** Six decimals as clients know it, unless that would change the value. */
  private static String vectorValue(double value) {
    String fixed = String.format(Locale.ROOT, "%.6f", value);
    return Double.parseDouble(fixed) == value ? fixed : Literals.printNumber(value);
  }
}

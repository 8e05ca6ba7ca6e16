package io.skald.logql.syntax;

import java.util.ArrayList;
import java.util.List;

/**
 * Lays out a query for reading, as {@code /format_query} answers: the canonical text on one line if
 * it is short, otherwise one stage or argument per line. Parsing the result gives an equal
 * expression.
 */
public final class Formatter {
  private static final int MAX_LINE_LENGTH = 100;
  private static final String INDENT = "  ";

  private final StringBuilder out = new StringBuilder();

  private Formatter() {}

  public static String format(Expr expr) {
    Formatter formatter = new Formatter();
    formatter.append(expr, 0);
    return formatter.out.toString();
  }

  /** Appends the expression, its first line indented too. */
  private void append(Expr expr, int level) {
    String line = expr.toString();
    if (line.length() <= MAX_LINE_LENGTH) {
      indent(level).append(line);
      return;
    }
    switch (expr) {
      case LogExpr log -> appendLog(log, level);
      case MetricExpr.RangeAggregation aggregation -> appendRangeAggregation(aggregation, level);
      case MetricExpr.VectorAggregation aggregation -> appendVectorAggregation(aggregation, level);
      case MetricExpr.Binary binary -> {
        indent(level).append("(\n");
        append(binary.left(), level + 1);
        out.append('\n');
        indent(level).append(Printer.operator(binary).strip()).append('\n');
        append(binary.right(), level + 1);
        out.append('\n');
        indent(level).append(')');
      }
      case MetricExpr.LabelReplace replace -> appendLabelReplace(replace, level);
      case MetricExpr.Literal _, MetricExpr.Vector _ -> indent(level).append(line);
      case Expr.Variants variants -> appendVariants(variants, level);
    }
  }

  private void appendLog(LogExpr log, int level) {
    indent(level).append(Printer.selector(log.selector()));
    boolean afterLineFilter = false;
    for (Stage stage : log.stages()) {
      boolean lineFilter = stage instanceof Stage.LineFilter;
      if (lineFilter && afterLineFilter) {
        out.append(' ');
      } else {
        out.append('\n');
        // Clients know decolorize at the level of the selector.
        indent(stage instanceof Stage.Decolorize ? level : level + 1);
      }
      out.append(stage);
      afterLineFilter = lineFilter;
    }
  }

  private void appendRange(LogRange range, int level) {
    appendLog(range.log(), level);
    LogRange.Unwrap unwrap = range.unwrap();
    if (unwrap != null) {
      out.append('\n');
      indent(level + 1).append(Printer.unwrap(unwrap));
    }
    out.append(' ').append(Printer.window(range));
  }

  private void appendRangeAggregation(MetricExpr.RangeAggregation aggregation, int level) {
    indent(level).append(aggregation.function().text()).append("(\n");
    String parameter = Printer.parameter(aggregation);
    if (!parameter.isEmpty()) {
      indent(level + 1).append(parameter).append('\n');
    }
    appendRange(aggregation.range(), level + 1);
    out.append('\n');
    indent(level).append(')').append(Printer.rangeGrouping(aggregation));
  }

  private void appendVectorAggregation(MetricExpr.VectorAggregation aggregation, int level) {
    indent(level).append(Printer.aggregationHead(aggregation)).append("(\n");
    if (aggregation.parameter() != 0) {
      indent(level + 1).append(aggregation.parameter()).append(",\n");
    }
    append(aggregation.inner(), level + 1);
    out.append('\n');
    indent(level).append(')');
  }

  private void appendLabelReplace(MetricExpr.LabelReplace replace, int level) {
    indent(level).append("label_replace(\n");
    append(replace.inner(), level + 1);
    for (String argument : Printer.labelReplaceArguments(replace)) {
      out.append(",\n");
      indent(level + 1).append(argument);
    }
    out.append('\n');
    indent(level).append(')');
  }

  private void appendVariants(Expr.Variants variants, int level) {
    indent(level).append("variants(\n");
    List<MetricExpr> left = new ArrayList<>(variants.variants());
    append(left.removeFirst(), level + 1);
    for (MetricExpr variant : left) {
      out.append(",\n");
      append(variant, level + 1);
    }
    out.append('\n');
    indent(level).append(") of (\n");
    appendRange(variants.range(), level + 1);
    out.append('\n');
    indent(level).append(')');
  }

  private StringBuilder indent(int level) {
    return out.repeat(INDENT, level);
  }
}

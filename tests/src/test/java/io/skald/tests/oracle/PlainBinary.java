package io.skald.tests.oracle;

import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.MetricExpr.BinaryOperator;
import io.skald.logql.syntax.MetricExpr.Cardinality;
import io.skald.tests.oracle.PlainMetrics.Series;
import io.skald.tests.oracle.PlainMetrics.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Binary operators (reference, 5.5). */
final class PlainBinary {
  /** What the order of additions may change, and more. */
  private static final double NEAR = 1e-9;

  private PlainBinary() {}

  static Value apply(MetricExpr.Binary node, Value left, Value right) {
    if (left instanceof Value.Scalar(double a) && right instanceof Value.Scalar(double b)) {
      return new Value.Scalar(number(node.operator(), a, b));
    }
    if (left instanceof Value.Scalar(double number)) {
      return new Value.Vector(withNumber(node, PlainMetrics.vector(right), number, true));
    }
    if (right instanceof Value.Scalar(double number)) {
      return new Value.Vector(withNumber(node, PlainMetrics.vector(left), number, false));
    }
    List<Series> a = PlainMetrics.vector(left);
    List<Series> b = PlainMetrics.vector(right);
    return new Value.Vector(node.operator().isSet() ? set(node, a, b) : matched(node, a, b));
  }

  private static double number(BinaryOperator operator, double a, double b) {
    if (operator.isComparison()
        && rounded(a, b)
        && Math.abs(a - b) <= NEAR * Math.max(1, Math.abs(b))) {
      throw new UndecidedException("a comparison that hangs on how sums were rounded");
    }
    double quotient = a / b;
    if (operator == BinaryOperator.MOD
        && rounded(a, b)
        && Math.abs(quotient - Math.rint(quotient)) <= NEAR * Math.max(1, Math.abs(quotient))) {
      throw new UndecidedException("a remainder that hangs on how sums were rounded");
    }
    return switch (operator) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> b == 0 ? Double.NaN : a / b;
      case MOD -> b == 0 ? Double.NaN : a % b;
      case POW -> Math.pow(a, b);
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case GREATER -> a > b ? 1 : 0;
      case GREATER_OR_EQUAL -> a >= b ? 1 : 0;
      case LESS -> a < b ? 1 : 0;
      case LESS_OR_EQUAL -> a <= b ? 1 : 0;
      case OR, AND, UNLESS -> throw new IllegalStateException("not for numbers: " + operator);
    };
  }

  /** Whole numbers are exact, whatever they were summed up from and in whichever order. */
  private static boolean rounded(double a, double b) {
    return a != Math.rint(a) || b != Math.rint(b);
  }

  private static List<Series> withNumber(
      MetricExpr.Binary node, List<Series> vector, double number, boolean numberFirst) {
    boolean filters = node.operator().isComparison() && !node.returnBool();
    List<Series> result = new ArrayList<>();
    for (Series series : vector) {
      double value =
          numberFirst
              ? number(node.operator(), number, series.value())
              : number(node.operator(), series.value(), number);
      if (!filters) {
        result.add(new Series(series.labels(), value));
      } else if (value == 1) {
        result.add(series);
      }
    }
    return result;
  }

  private static Map<String, String> key(MetricExpr.Matching matching, Map<String, String> labels) {
    Map<String, String> key = new TreeMap<>(labels);
    key.keySet().removeIf(name -> matching.labels().contains(name) != matching.on());
    return key;
  }

  private static List<Series> set(MetricExpr.Binary node, List<Series> left, List<Series> right) {
    Set<Map<String, String>> leftKeys = keys(node.matching(), left);
    Set<Map<String, String>> rightKeys = keys(node.matching(), right);
    List<Series> result = new ArrayList<>();
    for (Series series : left) {
      boolean found = rightKeys.contains(key(node.matching(), series.labels()));
      boolean kept =
          switch (node.operator()) {
            case OR -> true;
            case AND -> found;
            default -> !found;
          };
      if (kept) {
        result.add(series);
      }
    }
    if (node.operator() == BinaryOperator.OR) {
      for (Series series : right) {
        if (!leftKeys.contains(key(node.matching(), series.labels()))) {
          result.add(series);
        }
      }
    }
    return result;
  }

  private static Set<Map<String, String>> keys(MetricExpr.Matching matching, List<Series> vector) {
    Set<Map<String, String>> keys = new HashSet<>();
    vector.forEach(series -> keys.add(key(matching, series.labels())));
    return keys;
  }

  private static List<Series> matched(
      MetricExpr.Binary node, List<Series> left, List<Series> right) {
    MetricExpr.Matching matching = node.matching();
    boolean swapped = matching.cardinality() == Cardinality.ONE_TO_MANY;
    List<Series> many = swapped ? right : left;
    Map<Map<String, String>, Series> one = new HashMap<>();
    for (Series series : swapped ? left : right) {
      if (one.put(key(matching, series.labels()), series) != null) {
        throw new QueryFailedException("found duplicate series on the one side");
      }
    }
    Set<Map<String, String>> taken = new HashSet<>();
    List<Series> result = new ArrayList<>();
    for (Series series : many) {
      Map<String, String> key = key(matching, series.labels());
      Series partner = one.get(key);
      if (partner == null) {
        continue;
      }
      double a = swapped ? partner.value() : series.value();
      double b = swapped ? series.value() : partner.value();
      double value = number(node.operator(), a, b);
      boolean filters = node.operator().isComparison() && !node.returnBool();
      Map<String, String> labels = resultLabels(matching, series, partner);
      if (filters && value == 0) {
        continue;
      }
      if (!taken.add(matching.cardinality() == Cardinality.ONE_TO_ONE ? key : labels)) {
        throw new QueryFailedException("multiple matches for labels");
      }
      result.add(new Series(labels, filters ? a : value));
    }
    return result;
  }

  private static Map<String, String> resultLabels(
      MetricExpr.Matching matching, Series many, Series one) {
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      return key(matching, many.labels());
    }
    Map<String, String> labels = new TreeMap<>(many.labels());
    for (String name : matching.include()) {
      String value = one.labels().get(name);
      if (value == null || value.isEmpty()) {
        labels.remove(name);
      } else {
        labels.put(name, value);
      }
    }
    return labels;
  }
}

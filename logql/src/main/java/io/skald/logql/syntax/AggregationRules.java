package io.skald.logql.syntax;

import io.skald.common.values.GoFloat;
import org.jspecify.annotations.Nullable;

/** Which aggregation takes which parameter, grouping and unwrap. */
final class AggregationRules {
  private AggregationRules() {}

  /**
   * @throws ParseException if the parts do not go together
   */
  static void check(MetricExpr.RangeAggregation aggregation) {
    MetricExpr.RangeFunction function = aggregation.function();
    Double parameter = aggregation.parameter();
    boolean takesParameter = function == MetricExpr.RangeFunction.QUANTILE_OVER_TIME;
    if (takesParameter && parameter == null) {
      throw parameterRequired(function.text());
    }
    if (!takesParameter && parameter != null) {
      throw SourcePosition.semanticError(
          "parameter "
              + GoFloat.formatGoValue(parameter)
              + " not supported for operation "
              + function.text());
    }
    boolean unwraps = aggregation.range().unwrap() != null;
    if (unwraps ? !allowsUnwrap(function) : needsUnwrap(function)) {
      throw SourcePosition.semanticError(
          "invalid aggregation "
              + function.text()
              + (unwraps ? " with unwrap" : " without unwrap"));
    }
    if (aggregation.grouping() != null && !allowsGrouping(function)) {
      throw groupingNotAllowed(function.text());
    }
  }

  /**
   * @param written the parameter as written, or null
   * @return k, or 0 for an aggregation without
   * @throws ParseException if the parameter or the grouping does not fit the function
   */
  static int check(
      MetricExpr.VectorFunction function, @Nullable String written, @Nullable Grouping grouping) {
    if (function == MetricExpr.VectorFunction.APPROX_TOPK && grouping != null) {
      throw groupingNotAllowed(function.text());
    }
    boolean sorts =
        function == MetricExpr.VectorFunction.SORT
            || function == MetricExpr.VectorFunction.SORT_DESC;
    if (sorts && grouping != null && !grouping.labels().isEmpty()) {
      // The text ends in a blank.
      throw SourcePosition.semanticError("sort and sort_desc doesn't allow grouping by ");
    }
    return switch (function) {
      case TOPK, BOTTOMK, APPROX_TOPK -> count(function, written);
      case SUM, AVG, MIN, MAX, COUNT, STDDEV, STDVAR, SORT, SORT_DESC -> {
        if (written != null) {
          throw SourcePosition.semanticError(
              "unsupported parameter for operation " + function.text() + "(" + written + ",");
        }
        yield 0;
      }
    };
  }

  private static int count(MetricExpr.VectorFunction function, @Nullable String written) {
    if (written == null) {
      throw parameterRequired(function.text());
    }
    long count;
    try {
      count = Long.parseLong(written);
    } catch (NumberFormatException e) {
      throw SourcePosition.semanticError(
          "invalid parameter " + function.text() + "(" + written + ",");
    }
    if (count <= 0) {
      throw SourcePosition.semanticError(
          "invalid parameter (must be greater than 0) " + function.text() + "(" + written);
    }
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  private static boolean allowsUnwrap(MetricExpr.RangeFunction function) {
    return switch (function) {
      case COUNT_OVER_TIME, BYTES_OVER_TIME, BYTES_RATE -> false;
      case RATE,
          RATE_COUNTER,
          AVG_OVER_TIME,
          SUM_OVER_TIME,
          MIN_OVER_TIME,
          MAX_OVER_TIME,
          STDVAR_OVER_TIME,
          STDDEV_OVER_TIME,
          QUANTILE_OVER_TIME,
          FIRST_OVER_TIME,
          LAST_OVER_TIME,
          ABSENT_OVER_TIME ->
          true;
    };
  }

  private static boolean needsUnwrap(MetricExpr.RangeFunction function) {
    return switch (function) {
      case RATE, ABSENT_OVER_TIME -> false;
      default -> allowsUnwrap(function);
    };
  }

  private static boolean allowsGrouping(MetricExpr.RangeFunction function) {
    return switch (function) {
      case SUM_OVER_TIME, RATE_COUNTER -> false;
      default -> needsUnwrap(function);
    };
  }

  private static ParseException parameterRequired(String operation) {
    return SourcePosition.semanticError("parameter required for operation " + operation);
  }

  private static ParseException groupingNotAllowed(String operation) {
    return SourcePosition.semanticError("grouping not allowed for " + operation + " aggregation");
  }
}

package io.skald.logql.syntax;

/** Every selector of a query must exclude streams: one that matches all would read everything. */
final class SelectorRule {
  private SelectorRule() {}

  /**
   * @throws ParseException if a selector is empty or can match a stream without labels, or an
   *     aggregation has nothing to aggregate
   */
  static void check(Expr expr) {
    switch (expr) {
      case LogExpr log -> Matchers.requireSelective(log.selector());
      case MetricExpr.RangeAggregation aggregation -> check(aggregation.range().log());
      case MetricExpr.VectorAggregation aggregation -> checkVector(aggregation.inner());
      case MetricExpr.LabelReplace replace -> checkVector(replace.inner());
      case MetricExpr.Binary binary -> {
        check(binary.left());
        check(binary.right());
      }
      case MetricExpr.Literal _, MetricExpr.Vector _ -> {}
      case Expr.Variants variants -> {
        variants.variants().forEach(SelectorRule::check);
        check(variants.range().log());
      }
    }
  }

  private static void checkVector(MetricExpr inner) {
    if (inner instanceof MetricExpr.Literal) {
      throw Matchers.emptySelector();
    }
    check(inner);
  }
}

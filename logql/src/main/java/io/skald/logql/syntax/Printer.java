package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Quoting;
import java.util.List;
import java.util.stream.Collectors;

/** Prints expressions as canonical query text. */
final class Printer {
  private Printer() {}

  static String print(Expr expr) {
    return switch (expr) {
      case LogExpr log -> selector(log.selector()) + stages(log.stages());
      case MetricExpr metric -> metric.getClass().getSimpleName();
      case Expr.Variants variants -> "variants" + variants.variants();
    };
  }

  static String print(Stage stage) {
    return switch (stage) {
      case Stage.LineFilter(Stage.LineOperator operator, List<Stage.LineArgument> alternatives) ->
          operator.text()
              + " "
              + alternatives.stream()
                  .map(a -> a.ip() ? "ip(" + Quoting.quote(a.text()) + ")" : Quoting.quote(a.text()))
                  .collect(Collectors.joining(" or "));
      default -> "| " + stage.getClass().getSimpleName();
    };
  }

  private static String stages(List<Stage> stages) {
    return stages.stream().map(s -> " " + print(s)).collect(Collectors.joining());
  }

  private static String selector(List<LabelMatcher> matchers) {
    return matchers.stream()
        .map(LabelMatcher::toString)
        .collect(Collectors.joining(", ", "{", "}"));
  }
}

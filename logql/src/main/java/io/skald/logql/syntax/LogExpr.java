package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import java.util.List;

/** A log query: a stream selector and the pipeline behind it, in the order as written. */
public record LogExpr(List<LabelMatcher> selector, List<Stage> stages) implements Expr {
  public LogExpr {
    selector = List.copyOf(selector);
    stages = List.copyOf(stages);
  }

  @Override
  public String toString() {
    return Printer.print(this);
  }
}

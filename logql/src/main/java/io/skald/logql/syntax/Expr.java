package io.skald.logql.syntax;

import java.util.List;

/** A whole query. {@code toString()} of every node prints canonical query text. */
public sealed interface Expr permits LogExpr, MetricExpr, Expr.Variants {
  /**
   * {@code variants(metric, ...) of (range)}: parsed, but a gated feature that is never evaluated.
   */
  record Variants(List<MetricExpr> variants, LogRange range) implements Expr {
    public Variants {
      variants = List.copyOf(variants);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }
}

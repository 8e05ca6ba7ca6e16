package io.skald.logql.engine;

/** What a part of a metric query evaluates to. */
sealed interface Operand {
  /** A number without labels, the same at every step. */
  record Scalar(double value) implements Operand {}

  record Vector(StepVector vector) implements Operand {}
}

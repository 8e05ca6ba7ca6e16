package io.skald.logql.syntax;

/** What the binary operators do to two numbers. */
public final class LiteralArithmetic {
  private LiteralArithmetic() {}

  /**
   * Comparisons give 1 or 0. Division and remainder by 0 give NaN.
   *
   * @throws IllegalArgumentException for a set operator
   */
  public static double apply(MetricExpr.BinaryOperator operator, double left, double right) {
    return switch (operator) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      case DIV -> right == 0 ? Double.NaN : left / right;
      case MOD -> right == 0 ? Double.NaN : left % right;
      case POW -> power(left, right);
      case EQUAL -> left == right ? 1 : 0;
      case NOT_EQUAL -> left != right ? 1 : 0;
      case GREATER -> left > right ? 1 : 0;
      case GREATER_OR_EQUAL -> left >= right ? 1 : 0;
      case LESS -> left < right ? 1 : 0;
      case LESS_OR_EQUAL -> left <= right ? 1 : 0;
      case OR, AND, UNLESS ->
          throw new IllegalArgumentException("not an operator on numbers: " + operator.text());
    };
  }

  /** IEEE 754 pow, as in C and Go: 1 to any power is 1, and so is -1 to an infinite one. */
  private static double power(double base, double exponent) {
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1;
    }
    return Math.pow(base, exponent);
  }
}

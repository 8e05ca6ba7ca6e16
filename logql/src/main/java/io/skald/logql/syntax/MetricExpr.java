package io.skald.logql.syntax;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A metric query: yields one sample per series and step. */
public sealed interface MetricExpr extends Expr {
  /** A function over a range vector; the text is its name in a query. */
  enum RangeFunction {
    RATE,
    RATE_COUNTER,
    COUNT_OVER_TIME,
    BYTES_OVER_TIME,
    BYTES_RATE,
    AVG_OVER_TIME,
    SUM_OVER_TIME,
    MIN_OVER_TIME,
    MAX_OVER_TIME,
    STDVAR_OVER_TIME,
    STDDEV_OVER_TIME,
    QUANTILE_OVER_TIME,
    FIRST_OVER_TIME,
    LAST_OVER_TIME,
    ABSENT_OVER_TIME;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** An aggregation over a vector; the text is its name in a query. */
  enum VectorFunction {
    SUM,
    AVG,
    MIN,
    MAX,
    COUNT,
    STDDEV,
    STDVAR,
    TOPK,
    BOTTOMK,
    SORT,
    SORT_DESC,
    APPROX_TOPK;

    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** A binary operator. */
  enum BinaryOperator {
    OR("or"),
    AND("and"),
    UNLESS("unless"),
    ADD("+"),
    SUB("-"),
    MUL("*"),
    DIV("/"),
    MOD("%"),
    POW("^"),
    EQUAL("=="),
    NOT_EQUAL("!="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<=");

    private final String text;

    BinaryOperator(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    public boolean isComparison() {
      return compareTo(EQUAL) >= 0;
    }

    public boolean isSet() {
      return compareTo(UNLESS) <= 0;
    }
  }

  /** Which side of a vector match may hold many series. */
  enum Cardinality {
    ONE_TO_ONE,
    /** {@code group_left}. */
    MANY_TO_ONE,
    /** {@code group_right}. */
    ONE_TO_MANY
  }

  /**
   * How the series of two vectors find each other.
   *
   * @param on whether {@code labels} are the ones to match on, or the ones to ignore. {@code
   *     ignoring ()} is the default
   * @param explicit whether {@code on} or {@code ignoring} was written at all
   * @param include labels that {@code group_left(...)} or {@code group_right(...)} copies
   */
  record Matching(
      boolean on,
      boolean explicit,
      List<String> labels,
      Cardinality cardinality,
      List<String> include) {
    public Matching {
      labels = List.copyOf(labels);
      include = List.copyOf(include);
    }

    /** Returns the matching of an operator without modifiers. */
    public static Matching all() {
      return new Matching(false, false, List.of(), Cardinality.ONE_TO_ONE, List.of());
    }
  }

  /**
   * @param parameter the number in front of the range, for {@code quantile_over_time} only
   * @param grouping null when none was written
   */
  record RangeAggregation(
      RangeFunction function,
      @Nullable Double parameter,
      LogRange range,
      @Nullable Grouping grouping)
      implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /**
   * @param parameter k of topk, bottomk and approx_topk, else 0
   * @param grouping null when none was written
   */
  record VectorAggregation(
      VectorFunction function, int parameter, MetricExpr inner, @Nullable Grouping grouping)
      implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /**
   * @param returnBool whether {@code bool} was written
   */
  record Binary(
      BinaryOperator operator,
      boolean returnBool,
      Matching matching,
      MetricExpr left,
      MetricExpr right)
      implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Literal(double value) implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /** {@code vector(value)}. */
  record Vector(double value) implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record LabelReplace(
      MetricExpr inner, String target, String replacement, String source, String regex)
      implements MetricExpr {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }
}

package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.FLOAT64;
import static io.skald.logql.template.GoType.INT;
import static io.skald.logql.template.GoType.INT64;
import static io.skald.logql.template.GoType.STRING;

import io.skald.common.values.ByteSize;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Arithmetic, rounding, and texts that stand for numbers. */
final class NumberFunctions {
  /** Digits after the point of a quotient. */
  private static final int DIVISION_SCALE = 16;

  private static final long NANOS_PER_SECOND = 1_000_000_000;

  static final List<Function> ALL =
      List.of(
          Function.of("int", INT, a -> GoInt.of(Numbers.toLong(a.any(0))), ANY),
          Function.of("float64", FLOAT64, a -> Numbers.toDouble(a.any(0)), ANY),
          Function.variadic("add", INT64, a -> fold(a, 0, 0, Long::sum), ANY),
          Function.of("sub", INT64, a -> int64(long0(a) - long1(a)), ANY, ANY),
          Function.variadic("mul", INT64, a -> foldFirst(a, (x, y) -> x * y), ANY, ANY),
          Function.of("div", INT64, a -> int64(long0(a) / divisor(a)), ANY, ANY),
          Function.of("mod", INT64, a -> int64(long0(a) % divisor(a)), ANY, ANY),
          Function.variadic("max", INT64, a -> foldFirst(a, Math::max), ANY, ANY),
          Function.variadic("min", INT64, a -> foldFirst(a, Math::min), ANY, ANY),
          Function.variadic("addf", FLOAT64, NumberFunctions::sum, ANY),
          Function.variadic("subf", FLOAT64, a -> decimal(a, BigDecimal::subtract), ANY, ANY),
          Function.variadic("mulf", FLOAT64, a -> decimal(a, BigDecimal::multiply), ANY, ANY),
          Function.variadic("divf", FLOAT64, NumberFunctions::quotient, ANY, ANY),
          Function.variadic("maxf", FLOAT64, a -> foldFloats(a, NumberFunctions::max), ANY, ANY),
          Function.variadic("minf", FLOAT64, a -> foldFloats(a, NumberFunctions::min), ANY, ANY),
          Function.of("ceil", FLOAT64, a -> Math.ceil(Numbers.toDouble(a.any(0))), ANY),
          Function.of("floor", FLOAT64, a -> Math.floor(Numbers.toDouble(a.any(0))), ANY),
          Function.variadic("round", FLOAT64, NumberFunctions::round, ANY, INT, FLOAT64),
          Function.of("bytes", FLOAT64, a -> bytes(a.string(0)), STRING),
          Function.of("duration", FLOAT64, a -> seconds(a.string(0)), STRING),
          Function.of("duration_seconds", FLOAT64, a -> seconds(a.string(0)), STRING),
          Function.variadic("default", ANY, NumberFunctions::defaultValue, ANY, ANY));

  private NumberFunctions() {}

  private static GoInt int64(long value) {
    return new GoInt(INT64, value);
  }

  private static long long0(Arguments arguments) {
    return Numbers.toLong(arguments.any(0));
  }

  private static long long1(Arguments arguments) {
    return Numbers.toLong(arguments.any(1));
  }

  private static long divisor(Arguments arguments) throws FunctionException {
    long divisor = long1(arguments);
    if (divisor == 0) {
      throw new FunctionException("runtime error: integer divide by zero");
    }
    return divisor;
  }

  private static GoInt fold(
      Arguments arguments, int from, long start, LongBinaryOperator operator) {
    long result = start;
    for (Object value : arguments.anyFrom(from)) {
      result = operator.applyAsLong(result, Numbers.toLong(value));
    }
    return int64(result);
  }

  private static GoInt foldFirst(Arguments arguments, LongBinaryOperator operator) {
    return fold(arguments, 1, long0(arguments), operator);
  }

  private static double foldFloats(Arguments arguments, DoubleBinaryOperator operator) {
    double result = Numbers.toDouble(arguments.any(0));
    for (Object value : arguments.anyFrom(1)) {
      result = operator.applyAsDouble(result, Numbers.toDouble(value));
    }
    return result;
  }

  /** Infinity wins over NaN, other than in Java. */
  private static double max(double x, double y) {
    boolean isInfinite = x == Double.POSITIVE_INFINITY || y == Double.POSITIVE_INFINITY;
    return isInfinite ? Double.POSITIVE_INFINITY : Math.max(x, y);
  }

  private static double min(double x, double y) {
    return -max(-x, -y);
  }

  private static double sum(Arguments arguments) throws FunctionException {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object value : arguments.anyFrom(0)) {
      sum = sum.add(exact(value));
    }
    return sum.doubleValue();
  }

  private static double decimal(Arguments arguments, BinaryOperator<BigDecimal> operator)
      throws FunctionException {
    BigDecimal result = exact(arguments.any(0));
    for (Object value : arguments.anyFrom(1)) {
      result = operator.apply(result, exact(value));
    }
    return result.doubleValue();
  }

  private static double quotient(Arguments arguments) throws FunctionException {
    BigDecimal result = exact(arguments.any(0));
    for (Object value : arguments.anyFrom(1)) {
      BigDecimal divisor = exact(value);
      if (divisor.signum() == 0) {
        throw new FunctionException("decimal division by 0");
      }
      result = result.divide(divisor, DIVISION_SCALE, RoundingMode.HALF_UP);
    }
    return result.doubleValue();
  }

  /** Returns the shortest decimal that reads back as the number. */
  private static BigDecimal exact(@Nullable Object value) throws FunctionException {
    double number = Numbers.toDouble(value);
    if (!Double.isFinite(number)) {
      throw new FunctionException("Cannot create a Decimal from " + GoFloat.formatGoValue(number));
    }
    return BigDecimal.valueOf(number);
  }

  /**
   * Rounds to a number of decimal places, up if the fraction of the scaled number reaches a
   * threshold, which is a half if it is not given. Negative numbers go down, as their fraction is
   * negative.
   */
  private static double round(Arguments arguments) {
    double threshold = arguments.count() > 2 ? arguments.floating(2) : 0.5;
    double power = Math.pow(10, (double) arguments.integer(1));
    double scaled = power * Numbers.toDouble(arguments.any(0));
    double fraction = Double.isInfinite(scaled) ? Double.NaN : scaled % 1;
    return (fraction >= threshold ? Math.ceil(scaled) : Math.floor(scaled)) / power;
  }

  private static double bytes(String text) throws FunctionException {
    try {
      return (double) ByteSize.parse(ByteStrings.toText(text));
    } catch (NumberFormatException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }

  private static double seconds(String text) throws FunctionException {
    try {
      long nanos = GoDuration.parse(ByteStrings.toText(text));
      long whole = nanos / NANOS_PER_SECOND;
      return (double) whole + (nanos - whole * NANOS_PER_SECOND) / 1e9;
    } catch (IllegalArgumentException e) {
      throw new FunctionException(ByteStrings.ofText(String.valueOf(e.getMessage())));
    }
  }

  private static @Nullable Object defaultValue(Arguments arguments) {
    boolean isGiven = arguments.count() > 1 && Values.isTrue(arguments.any(1));
    return arguments.any(isGiven ? 1 : 0);
  }
}

package io.skald.logql.template;

import static io.skald.logql.template.GoType.BOOL;
import static io.skald.logql.template.GoType.VALUE;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** eq ne lt le gt ge: values of different basic kinds cannot be compared. */
final class ComparisonFunctions {
  static final List<Function> ALL =
      List.of(
          Function.variadic("eq", BOOL, ComparisonFunctions::equalsAny, VALUE, VALUE),
          Function.of("ne", BOOL, a -> !isEqual(a.budget(), a.value(0), a.value(1)), VALUE, VALUE),
          Function.of("lt", BOOL, a -> isLess(a.value(0), a.value(1)), VALUE, VALUE),
          Function.of(
              "le", BOOL, a -> isLessOrEqual(a.budget(), a.value(0), a.value(1)), VALUE, VALUE),
          Function.of(
              "gt", BOOL, a -> !isLessOrEqual(a.budget(), a.value(0), a.value(1)), VALUE, VALUE),
          Function.of("ge", BOOL, a -> !isLess(a.value(0), a.value(1)), VALUE, VALUE));

  /** What comparisons tell apart; int and int64 are one kind. */
  private enum Kind {
    NONE,
    BOOL,
    INTEGER,
    UNSIGNED,
    FLOAT,
    STRING
  }

  private ComparisonFunctions() {}

  private static Kind kind(@Nullable Object value) {
    return switch (value) {
      case String _ -> Kind.STRING;
      case Boolean _ -> Kind.BOOL;
      case Double _ -> Kind.FLOAT;
      case GoInt integer -> integer.type().isSignedInteger() ? Kind.INTEGER : Kind.UNSIGNED;
      case null, default -> Kind.NONE;
    };
  }

  private static boolean equalsAny(Arguments arguments) throws FunctionException {
    if (arguments.count() == 1) {
      throw new FunctionException("missing argument for comparison");
    }
    for (int i = 1; i < arguments.count(); i++) {
      if (isEqual(arguments.budget(), arguments.value(0), arguments.value(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEqual(Budget budget, @Nullable Object first, @Nullable Object second)
      throws FunctionException {
    Object left = Values.bare(first);
    Object right = Values.bare(second);
    Kind leftKind = kind(left);
    Kind rightKind = kind(right);
    if (areIntegers(leftKind, rightKind)) {
      return ((GoInt) required(left)).value() == ((GoInt) required(right)).value();
    }
    if (leftKind != rightKind) {
      if (left != null && right != null) {
        throw incompatible(left, right);
      }
      return false;
    }
    if (leftKind == Kind.FLOAT) {
      return (double) required(left) == (double) required(right);
    }
    if (leftKind != Kind.NONE) {
      return required(left).equals(right);
    }
    if (left == null || right == null) {
      return left == null && right == null;
    }
    return otherEqual(budget, left, right);
  }

  private static boolean otherEqual(Budget budget, Object left, Object right)
      throws FunctionException {
    if (left instanceof GoTime leftTime && right instanceof GoTime rightTime) {
      // Go compares the struct: the same moment in another zone is not equal.
      return leftTime.equals(rightTime);
    }
    String leftType = Values.typeOf(left).text();
    String rightType = Values.typeOf(right).text();
    if (isMap(left) != isMap(right) || isList(left) != isList(right)) {
      throw new FunctionException(
          "non-comparable types %s: %s, %s: %s"
              .formatted(
                  Formatter.withVerb(budget, left, 's'),
                  leftType,
                  rightType,
                  Formatter.withVerb(budget, right, 'v')));
    }
    throw new FunctionException(
        "non-comparable type " + Formatter.withVerb(budget, right, 's') + ": " + rightType);
  }

  private static FunctionException incompatible(Object left, Object right) {
    return new FunctionException(
        "incompatible types for comparison: "
            + Values.typeOf(left).text()
            + " and "
            + Values.typeOf(right).text());
  }

  private static boolean isMap(Object value) {
    return value instanceof GoMap;
  }

  private static boolean isList(Object value) {
    return value instanceof List<?>;
  }

  private static boolean areIntegers(Kind left, Kind right) {
    return (left == Kind.INTEGER || left == Kind.UNSIGNED)
        && (right == Kind.INTEGER || right == Kind.UNSIGNED);
  }

  private static boolean isLess(@Nullable Object first, @Nullable Object second)
      throws FunctionException {
    Object left = Values.bare(first);
    Object right = Values.bare(second);
    Kind leftKind = kind(left);
    Kind rightKind = kind(right);
    if (leftKind == Kind.NONE || rightKind == Kind.NONE) {
      throw new FunctionException("invalid type for comparison");
    }
    if (areIntegers(leftKind, rightKind)) {
      return ((GoInt) required(left)).value() < ((GoInt) required(right)).value();
    }
    if (leftKind != rightKind) {
      throw incompatible(required(left), required(right));
    }
    return switch (leftKind) {
      case FLOAT -> (double) required(left) < (double) required(right);
      case STRING -> ((String) required(left)).compareTo((String) required(right)) < 0;
      case BOOL, NONE, INTEGER, UNSIGNED ->
          throw new FunctionException("invalid type for comparison");
    };
  }

  private static boolean isLessOrEqual(Budget budget, @Nullable Object left, @Nullable Object right)
      throws FunctionException {
    return isLess(left, right) || isEqual(budget, left, right);
  }

  /** Returns a value whose kind says that it is there. */
  private static Object required(@Nullable Object value) {
    if (value == null) {
      throw new IllegalStateException("a nil has no kind");
    }
    return value;
  }
}

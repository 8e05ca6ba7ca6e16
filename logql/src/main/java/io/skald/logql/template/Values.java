package io.skald.logql.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the values of a template. In Java they are: a byte string ({@code String}, see
 * {@link ByteStrings}), {@link GoInt}, {@code Double}, {@code Boolean}, {@link GoTime}, a {@code
 * List} of bare values, {@link GoMap}, {@link Interface} around one of these or nil, and null for
 * no value. A <em>bare</em> value is not an {@code Interface}; its null is nil.
 */
final class Values {
  private Values() {}

  /** Returns the value inside an interface. */
  static @Nullable Object bare(@Nullable Object value) {
    return value instanceof Interface(Object inside) ? inside : value;
  }

  /** Returns the static type of a value. */
  static GoType typeOf(Object value) {
    return switch (value) {
      case Interface _ -> GoType.ANY;
      case String _ -> GoType.STRING;
      case Boolean _ -> GoType.BOOL;
      case Double _ -> GoType.FLOAT64;
      case GoInt integer -> integer.type();
      case GoTime _ -> GoType.TIME;
      case GoMap map -> map.type();
      case List<?> _ -> GoType.LIST;
      default -> throw new IllegalArgumentException("not a template value: " + value.getClass());
    };
  }

  /** Returns whether the value counts as true: it is there and not the zero of its type. */
  static boolean isTrue(@Nullable Object value) {
    return switch (bare(value)) {
      case null -> false;
      case String text -> !text.isEmpty();
      case Boolean bool -> bool;
      case Double number -> number != 0;
      case GoInt integer -> integer.value() != 0;
      case GoMap map -> !map.entries().isEmpty();
      case List<?> list -> !list.isEmpty();
      default -> true;
    };
  }

  /** Returns the elements of a list value. */
  @SuppressWarnings("unchecked") // lists hold bare values only
  static List<@Nullable Object> elements(Object list) {
    return (List<@Nullable Object>) list;
  }
}

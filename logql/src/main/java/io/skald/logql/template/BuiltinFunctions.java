package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.BOOL;
import static io.skald.logql.template.GoType.INT;
import static io.skald.logql.template.GoType.STRING;
import static io.skald.logql.template.GoType.VALUE;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The functions that Go's text/template predefines, except the comparisons. */
final class BuiltinFunctions {
  static final List<Function> ALL =
      List.of(
          // The executor evaluates the arguments of these two itself, one by one.
          Function.variadic("and", VALUE, BuiltinFunctions::unreachable, VALUE, VALUE),
          Function.variadic("or", VALUE, BuiltinFunctions::unreachable, VALUE, VALUE),
          Function.of("not", BOOL, a -> !Values.isTrue(a.value(0)), VALUE),
          Function.of("len", INT, a -> length(a.value(0)), VALUE),
          Function.variadic("index", VALUE, BuiltinFunctions::index, VALUE, VALUE),
          Function.variadic("slice", VALUE, BuiltinFunctions::slice, VALUE, VALUE),
          Function.variadic("call", VALUE, a -> call(a.value(0)), VALUE, VALUE),
          Function.variadic("print", STRING, a -> Formatter.print(a.budget(), a.anyFrom(0)), ANY),
          Function.variadic(
              "println", STRING, a -> Formatter.printLine(a.budget(), a.anyFrom(0)), ANY),
          Function.variadic(
              "printf",
              STRING,
              a -> Printf.format(a.string(0), a.anyFrom(1), a.budget()),
              STRING,
              ANY),
          Function.variadic("html", STRING, a -> Escaping.html(joined(a)), ANY),
          Function.variadic("js", STRING, a -> Escaping.javaScript(joined(a)), ANY),
          Function.variadic("urlquery", STRING, a -> Escaping.urlQuery(joined(a)), ANY));

  private BuiltinFunctions() {}

  private static Object unreachable(Arguments arguments) {
    throw new IllegalStateException("evaluated by the executor");
  }

  /** Returns the arguments as one text; a single nil is printed as in an action. */
  private static String joined(Arguments arguments) {
    List<@Nullable Object> values = arguments.anyFrom(0);
    if (values.size() == 1) {
      return values.getFirst() instanceof String text
          ? text
          : Formatter.printed(arguments.budget(), values.getFirst());
    }
    return Formatter.print(
        arguments.budget(), values.stream().map(BuiltinFunctions::shown).toList());
  }

  private static Object shown(@Nullable Object value) {
    return value == null ? Formatter.NO_VALUE : value;
  }

  private static GoInt length(@Nullable Object value) throws FunctionException {
    Object bare = Values.bare(value);
    int length =
        switch (bare) {
          case null ->
              throw new FunctionException(
                  value == null
                      ? "reflect: call of reflect.Value.Type on zero Value"
                      : "len of nil pointer");
          case String text -> text.length();
          case GoMap map -> map.entries().size();
          case List<?> list -> list.size();
          default -> throw new FunctionException("len of type " + Values.typeOf(bare).text());
        };
    return GoInt.of(length);
  }

  private static @Nullable Object index(Arguments arguments) throws FunctionException {
    Object item = Values.bare(arguments.value(0));
    if (item == null) {
      throw new FunctionException("index of untyped nil");
    }
    @Nullable Object result = arguments.value(0);
    for (int i = 1; i < arguments.count(); i++) {
      result = element(Values.bare(result), Values.bare(arguments.value(i)));
    }
    return result;
  }

  private static Object element(@Nullable Object item, @Nullable Object index)
      throws FunctionException {
    return switch (item) {
      case null -> throw new FunctionException("index of nil pointer");
      case String text -> {
        int at = position(index, text.length());
        if (at == text.length()) {
          throw new FunctionException("reflect: string index out of range");
        }
        yield new GoInt(GoType.UINT8, text.charAt(at));
      }
      case List<?> list -> {
        int at = position(index, list.size());
        if (at == list.size()) {
          throw new FunctionException("reflect: slice index out of range");
        }
        yield new Interface(list.get(at));
      }
      case GoMap map -> {
        if (index == null) {
          throw new FunctionException("value is nil; should be of type string");
        }
        if (!(index instanceof String key)) {
          throw new FunctionException(
              "value has type " + Values.typeOf(index).text() + "; should be string");
        }
        yield map.get(key);
      }
      default ->
          throw new FunctionException("can't index item of type " + Values.typeOf(item).text());
    };
  }

  /** Returns an index from 0 to {@code max}, inclusive. */
  private static int position(@Nullable Object index, int max) throws FunctionException {
    if (index == null) {
      throw new FunctionException("cannot index slice/array with nil");
    }
    if (!(index instanceof GoInt integer)) {
      throw new FunctionException(
          "cannot index slice/array with type " + Values.typeOf(index).text());
    }
    if (integer.value() < 0 || integer.value() > max) {
      throw new FunctionException("index out of range: " + integer.value());
    }
    return (int) integer.value();
  }

  private static Object slice(Arguments arguments) throws FunctionException {
    Object item = Values.bare(arguments.value(0));
    if (item == null) {
      throw new FunctionException("slice of untyped nil");
    }
    int count = arguments.count() - 1;
    if (count > 3) {
      throw new FunctionException("too many slice indexes: " + count);
    }
    int length =
        switch (item) {
          case String text -> {
            if (count == 3) {
              throw new FunctionException("cannot 3-index slice a string");
            }
            yield text.length();
          }
          case List<?> list -> list.size();
          default ->
              throw new FunctionException("can't slice item of type " + Values.typeOf(item).text());
        };
    int[] bounds = {0, length, length};
    for (int i = 0; i < count; i++) {
      // Unlike index, slice does not look into an interface for its bounds.
      bounds[i] = position(arguments.value(i + 1), length);
    }
    if (bounds[0] > bounds[1]) {
      throw new FunctionException("invalid slice index: " + bounds[0] + " > " + bounds[1]);
    }
    if (bounds[1] > bounds[2]) {
      throw new FunctionException("invalid slice index: " + bounds[1] + " > " + bounds[2]);
    }
    return item instanceof String text
        ? text.substring(bounds[0], bounds[1])
        : Values.elements(item).subList(bounds[0], bounds[1]);
  }

  /** No value of a template is a function. */
  private static Object call(@Nullable Object value) throws FunctionException {
    Object bare = Values.bare(value);
    throw new FunctionException(
        bare == null ? "call of nil" : "non-function of type " + Values.typeOf(bare).text());
  }
}

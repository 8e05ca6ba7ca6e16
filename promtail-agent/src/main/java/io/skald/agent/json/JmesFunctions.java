package io.skald.agent.json;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** The functions of JMESPath that take no expression. */
final class JmesFunctions {
  private static final Set<String> NAMES =
      Set.of(
          "abs",
          "avg",
          "ceil",
          "contains",
          "ends_with",
          "floor",
          "join",
          "keys",
          "length",
          "max",
          "merge",
          "min",
          "not_null",
          "reverse",
          "sort",
          "starts_with",
          "sum",
          "to_array",
          "to_number",
          "to_string",
          "type",
          "values");

  private JmesFunctions() {}

  static boolean exists(String name) {
    return NAMES.contains(name);
  }

  static @Nullable Object call(String name, List<@Nullable Object> arguments) throws JsonException {
    return switch (name) {
      case "abs" -> number(name, arguments, Math::abs);
      case "ceil" -> number(name, arguments, Math::ceil);
      case "floor" -> number(name, arguments, Math::floor);
      case "sum" -> sum(numbers(name, arguments));
      case "avg" -> {
        List<Double> all = numbers(name, arguments);
        yield all.isEmpty() ? null : sum(all) / all.size();
      }
      case "length" ->
          switch (argument(name, arguments, 0)) {
            case String text -> (double) text.codePointCount(0, text.length());
            case List<?> list -> (double) list.size();
            case Map<?, ?> map -> (double) map.size();
            case null, default -> throw wrong(name);
          };
      case "contains" -> contains(argument(name, arguments, 0), argument(name, arguments, 1));
      case "starts_with" -> text(name, arguments, 0).startsWith(text(name, arguments, 1));
      case "ends_with" -> text(name, arguments, 0).endsWith(text(name, arguments, 1));
      case "join" -> join(text(name, arguments, 0), list(name, arguments, 1));
      case "keys" -> new ArrayList<Object>(map(name, arguments, 0).keySet());
      case "values" -> new ArrayList<Object>(map(name, arguments, 0).values());
      case "merge" -> {
        Map<Object, Object> merged = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
          merged.putAll(map(name, arguments, i));
        }
        yield merged;
      }
      case "max" -> sorted(list(name, arguments, 0)).reversed().stream().findFirst().orElse(null);
      case "min" -> sorted(list(name, arguments, 0)).stream().findFirst().orElse(null);
      case "sort" -> sorted(list(name, arguments, 0));
      case "reverse" -> reverse(argument(name, arguments, 0));
      case "not_null" -> {
        for (Object value : arguments) {
          if (value != null) {
            yield value;
          }
        }
        yield null;
      }
      case "to_array" -> {
        Object value = argument(name, arguments, 0);
        yield value instanceof List<?> list ? list : Collections.singletonList(value);
      }
      case "to_number" -> toNumber(argument(name, arguments, 0));
      case "to_string" -> {
        Object value = argument(name, arguments, 0);
        yield value instanceof String text ? text : JsonWriter.write(value);
      }
      case "type" ->
          switch (argument(name, arguments, 0)) {
            case null -> "null";
            case String _ -> "string";
            case Double _ -> "number";
            case Boolean _ -> "boolean";
            case List<?> _ -> "array";
            default -> "object";
          };
      default -> throw wrong(name);
    };
  }

  private static @Nullable Object argument(String name, List<@Nullable Object> arguments, int index)
      throws JsonException {
    if (index >= arguments.size()) {
      throw wrong(name);
    }
    return arguments.get(index);
  }

  private static String text(String name, List<@Nullable Object> arguments, int index)
      throws JsonException {
    if (argument(name, arguments, index) instanceof String text) {
      return text;
    }
    throw wrong(name);
  }

  private static List<?> list(String name, List<@Nullable Object> arguments, int index)
      throws JsonException {
    if (argument(name, arguments, index) instanceof List<?> list) {
      return list;
    }
    throw wrong(name);
  }

  private static Map<?, ?> map(String name, List<@Nullable Object> arguments, int index)
      throws JsonException {
    if (argument(name, arguments, index) instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong(name);
  }

  private static Object number(
      String name, List<@Nullable Object> arguments, DoubleUnaryOperator operator)
      throws JsonException {
    if (argument(name, arguments, 0) instanceof Double number) {
      return operator.applyAsDouble(number);
    }
    throw wrong(name);
  }

  private static List<Double> numbers(String name, List<@Nullable Object> arguments)
      throws JsonException {
    List<Double> numbers = new ArrayList<>();
    for (Object item : list(name, arguments, 0)) {
      if (!(item instanceof Double number)) {
        throw wrong(name);
      }
      numbers.add(number);
    }
    return numbers;
  }

  private static double sum(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static Object contains(@Nullable Object subject, @Nullable Object search)
      throws JsonException {
    return switch (subject) {
      case String text -> search instanceof String part && text.contains(part);
      case List<?> list -> list.contains(search);
      case null, default -> throw wrong("contains");
    };
  }

  private static String join(String glue, List<?> items) throws JsonException {
    List<String> texts = new ArrayList<>();
    for (Object item : items) {
      if (!(item instanceof String text)) {
        throw wrong("join");
      }
      texts.add(text);
    }
    return String.join(glue, texts);
  }

  /** Sorts numbers or texts; a list of both cannot be. */
  private static List<Object> sorted(List<?> items) throws JsonException {
    List<Object> sorted = new ArrayList<>(items);
    if (sorted.stream().allMatch(Double.class::isInstance)) {
      sorted.sort(Comparator.comparing(Double.class::cast));
    } else if (sorted.stream().allMatch(String.class::isInstance)) {
      sorted.sort(Comparator.comparing(String.class::cast));
    } else {
      throw wrong("sort");
    }
    return sorted;
  }

  private static Object reverse(@Nullable Object value) throws JsonException {
    return switch (value) {
      case String text -> new StringBuilder(text).reverse().toString();
      case List<?> list -> new ArrayList<Object>(list.reversed());
      case null, default -> throw wrong("reverse");
    };
  }

  private static @Nullable Object toNumber(@Nullable Object value) {
    if (value instanceof Double) {
      return value;
    }
    try {
      return value instanceof String text && JsonReader.read(text) instanceof Double number
          ? number
          : null;
    } catch (JsonException _) {
      return null;
    }
  }

  private static JsonException wrong(String name) {
    return new JsonException("function " + name + " cannot take these arguments");
  }
}

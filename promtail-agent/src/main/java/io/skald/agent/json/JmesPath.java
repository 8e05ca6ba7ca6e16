package io.skald.agent.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled JMESPath expression (jmespath.org, specification): everything but expression
 * references, and the functions of {@link JmesFunctions}. Immutable.
 */
public final class JmesPath {
  private final JmesNode root;

  private JmesPath(JmesNode root) {
    this.root = root;
  }

  /**
   * @throws IllegalArgumentException if the text is not an expression, saying where
   */
  public static JmesPath compile(String expression) {
    return new JmesPath(new JmesParser(expression).parse());
  }

  /** Returns the only key of the outermost object that the expression reads, or null. */
  public @Nullable String firstKey() {
    JmesNode node = root;
    while (true) {
      switch (node) {
        case JmesNode.Field(String name) -> {
          return name;
        }
        case JmesNode.Chain(JmesNode first, _) -> node = first;
        case JmesNode.Index(JmesNode of, _) -> node = of;
        case JmesNode.Flatten(JmesNode of) -> node = of;
        case JmesNode.Projection(JmesNode of, _) -> node = of;
        default -> {
          return null;
        }
      }
    }
  }

  /**
   * Returns what the expression finds; null if that is nothing.
   *
   * @throws JsonException if a function gets what it cannot take
   */
  public @Nullable Object search(@Nullable Object value) throws JsonException {
    return eval(root, value);
  }

  private static @Nullable Object eval(JmesNode node, @Nullable Object value) throws JsonException {
    return switch (node) {
      case JmesNode.Current _ -> value;
      case JmesNode.Field(String name) -> value instanceof Map<?, ?> map ? map.get(name) : null;
      case JmesNode.Chain(JmesNode first, JmesNode then) -> eval(then, eval(first, value));
      case JmesNode.Dot(JmesNode then) -> value == null ? null : eval(then, value);
      case JmesNode.Index(JmesNode of, int index) -> index(eval(of, value), index);
      case JmesNode.Slice slice -> slice(slice, value);
      case JmesNode.Flatten(JmesNode of) -> flatten(eval(of, value));
      case JmesNode.Values _ ->
          value instanceof Map<?, ?> map ? new ArrayList<>(map.values()) : null;
      case JmesNode.Filter(JmesNode condition) -> filter(condition, value);
      case JmesNode.Projection(JmesNode of, JmesNode each) -> project(eval(of, value), each);
      case JmesNode.Literal(Object literal) -> literal;
      case JmesNode.Or(JmesNode left, JmesNode right) -> {
        Object first = eval(left, value);
        yield isTrue(first) ? first : eval(right, value);
      }
      case JmesNode.And(JmesNode left, JmesNode right) -> {
        Object first = eval(left, value);
        yield isTrue(first) ? eval(right, value) : first;
      }
      case JmesNode.Not(JmesNode inner) -> !isTrue(eval(inner, value));
      case JmesNode.Comparison(String operator, JmesNode left, JmesNode right) ->
          compare(operator, eval(left, value), eval(right, value));
      case JmesNode.MultiList(List<JmesNode> items) -> {
        if (value == null) {
          yield null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (JmesNode item : items) {
          list.add(eval(item, value));
        }
        yield list;
      }
      case JmesNode.MultiHash(Map<String, JmesNode> items) -> {
        if (value == null) {
          yield null;
        }
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, JmesNode> item : items.entrySet()) {
          map.put(item.getKey(), eval(item.getValue(), value));
        }
        yield map;
      }
      case JmesNode.Call(String function, List<JmesNode> arguments) -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (JmesNode argument : arguments) {
          values.add(eval(argument, value));
        }
        yield JmesFunctions.call(function, values);
      }
    };
  }

  private static @Nullable Object index(@Nullable Object value, int index) {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    int at = index < 0 ? list.size() + index : index;
    return at >= 0 && at < list.size() ? list.get(at) : null;
  }

  private static @Nullable Object slice(JmesNode.Slice slice, @Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    int size = list.size();
    int step = slice.step();
    int low = step > 0 ? 0 : -1;
    int high = step > 0 ? size : size - 1;
    int from =
        slice.from() == null ? (step > 0 ? low : high) : bound(slice.from(), size, low, high);
    int to = slice.to() == null ? (step > 0 ? high : low) : bound(slice.to(), size, low, high);
    List<@Nullable Object> part = new ArrayList<>();
    for (long i = from; step > 0 ? i < to : i > to; i += step) {
      part.add(list.get((int) i));
    }
    return part;
  }

  private static int bound(int index, int size, int low, int high) {
    return Math.clamp(index < 0 ? (long) size + index : index, low, high);
  }

  private static @Nullable Object flatten(@Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    List<@Nullable Object> flat = new ArrayList<>();
    for (Object item : list) {
      if (item instanceof List<?> inner) {
        flat.addAll(inner);
      } else {
        flat.add(item);
      }
    }
    return flat;
  }

  private static @Nullable Object filter(JmesNode condition, @Nullable Object value)
      throws JsonException {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object item : list) {
      if (isTrue(eval(condition, item))) {
        kept.add(item);
      }
    }
    return kept;
  }

  private static @Nullable Object project(@Nullable Object value, JmesNode each)
      throws JsonException {
    if (!(value instanceof List<?> list)) {
      return null;
    }
    List<Object> results = new ArrayList<>();
    for (Object item : list) {
      Object result = eval(each, item);
      if (result != null) {
        results.add(result);
      }
    }
    return results;
  }

  private static @Nullable Object compare(
      String operator, @Nullable Object left, @Nullable Object right) {
    if (operator.equals("==") || operator.equals("!=")) {
      boolean equal = left == null ? right == null : left.equals(right);
      return equal == operator.equals("==");
    }
    if (left instanceof Double a && right instanceof Double b) {
      int order = a.compareTo(b);
      return switch (operator) {
        case "<" -> order < 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        default -> order >= 0;
      };
    }
    return null;
  }

  static boolean isTrue(@Nullable Object value) {
    return switch (value) {
      case null -> false;
      case Boolean flag -> flag;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  /** Returns the keys that all of some expressions read, or null if one may read any. */
  public static @Nullable Set<String> firstKeys(Iterable<JmesPath> paths) {
    Set<String> keys = new HashSet<>();
    for (JmesPath path : paths) {
      String key = path.firstKey();
      if (key == null) {
        return null;
      }
      keys.add(key);
    }
    return keys;
  }
}

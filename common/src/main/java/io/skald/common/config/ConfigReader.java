package io.skald.common.config;

import io.skald.common.values.GoDuration;
import io.skald.common.values.PrometheusDuration;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Maps a YAML text onto a tree of records.
 *
 * <p>A key is the snake_case form of a record component. Supported component types: String, boolean
 * (in the words of YAML 1.1), int, long (plain, or with a size unit B KB MB GB, powers of 1024),
 * double, {@link Duration} (Go or Prometheus form), {@link Instant}, {@link Path}, {@link Secret},
 * enums (lower case), records, lists and maps with text keys, and {@link ConfigNode} for what has
 * no fixed shape. A key that is absent keeps the value of the defaults; an element of a list or map
 * of records starts from that record's {@code DEFAULTS} constant or {@code defaults()} method,
 * unless {@link #startingFrom} says otherwise. The keys of a component marked {@link Flat} stand in
 * the block of the record that holds it.
 *
 * <p>Unknown keys are errors that name the nearest known key. Keys that exist in Loki but have no
 * counterpart here are accepted with a warning, or refused with a reason, when the caller lists
 * them.
 */
public final class ConfigReader {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgt]?i?b?)", Pattern.CASE_INSENSITIVE);

  private final String source;
  private final ForeignKeys foreign;
  private final Map<Class<?>, Function<String, ? extends Record>> starts = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /**
   * @param source the file's name, for messages
   * @param ignoredKeys dotted keys that are accepted with a warning, with everything below them
   */
  public ConfigReader(String source, Set<String> ignoredKeys) {
    this(source, ForeignKeys.ignoring(ignoredKeys));
  }

  /**
   * @param source the file's name, for messages
   * @param foreign keys of another program that are accepted or refused
   */
  public ConfigReader(String source, ForeignKeys foreign) {
    this.source = source;
    this.foreign = foreign;
  }

  /**
   * Lets the elements of maps start from other values than their type's defaults.
   *
   * @param start the value for the key of an element
   */
  public <E extends Record> ConfigReader startingFrom(Class<E> type, Function<String, E> start) {
    starts.put(type, start);
    return this;
  }

  /** Returns what was accepted but has no effect, in the order of the file. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Reads one configuration.
   *
   * @param overrides dotted keys and their texts that take precedence over the file; dashes read as
   *     underscores
   * @throws ConfigException with every problem found
   */
  public <R extends Record> R read(String yaml, R defaults, Map<String, String> overrides) {
    return read(ConfigNode.parse(source, yaml), defaults, overrides);
  }

  /**
   * Reads one configuration that was parsed before.
   *
   * @param tree is changed: the overrides are laid over it
   * @throws ConfigException with every problem found
   */
  public <R extends Record> R read(
      ConfigNode.Mapping tree, R defaults, Map<String, String> overrides) {
    overrides.forEach((key, value) -> override(tree, key, value));
    Object result = readRecord("", tree, defaults.getClass(), defaults);
    if (!problems.isEmpty() || result == null) {
      throw new ConfigException(problems);
    }
    @SuppressWarnings("unchecked")
    R typed = (R) result;
    return typed;
  }

  private void override(ConfigNode.Mapping tree, String dottedKey, String value) {
    String origin = "-" + dottedKey;
    String[] parts = dottedKey.replace('-', '_').split("\\.");
    ConfigNode.Mapping at = tree;
    for (int i = 0; i < parts.length - 1; i++) {
      if (at.entries().get(parts[i]) instanceof ConfigNode.Mapping inner) {
        at = inner;
      } else {
        ConfigNode.Mapping inner = ConfigNode.Mapping.empty(origin);
        at.put(parts[i], inner, origin);
        at = inner;
      }
    }
    at.put(parts[parts.length - 1], new ConfigNode.Scalar(value, origin), origin);
  }

  private @Nullable Object readRecord(
      String path, ConfigNode.Mapping node, Class<?> type, @Nullable Object defaults) {
    Set<String> known = new LinkedHashSet<>();
    addKeys(type, known);
    for (String key : node.entries().keySet()) {
      if (!known.contains(key)) {
        unknownKey(path, key, node, known);
      }
    }
    return readComponents(path, node, type, defaults);
  }

  /** Adds the keys that a block of this record may have, those of flat records too. */
  private static void addKeys(Class<?> type, Set<String> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.isAnnotationPresent(Flat.class)) {
        addKeys(component.getType(), keys);
      } else {
        keys.add(key(component.getName()));
      }
    }
  }

  private @Nullable Object readComponents(
      String path, ConfigNode.Mapping node, Class<?> type, @Nullable Object defaults) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new Object[components.length];
    int problemsBefore = problems.size();
    for (int i = 0; i < components.length; i++) {
      Object inherited = defaults == null ? null : get(components[i], defaults);
      arguments[i] =
          components[i].isAnnotationPresent(Flat.class)
              ? readComponents(path, node, components[i].getType(), inherited)
              : readComponent(path, node, components[i], inherited, defaults != null);
    }
    if (problems.size() > problemsBefore) {
      return null;
    }
    return construct(path, node, type, components, arguments);
  }

  private @Nullable Object readComponent(
      String path,
      ConfigNode.Mapping node,
      RecordComponent component,
      @Nullable Object inherited,
      boolean hasDefaults) {
    String key = key(component.getName());
    ConfigNode value = node.entries().get(key);
    boolean isNull = value instanceof ConfigNode.Scalar scalar && scalar.text() == null;
    if (value != null && !isNull) {
      return readValue(join(path, key), value, component.getGenericType(), inherited);
    }
    return hasDefaults ? inherited : absent(join(path, key), component, node);
  }

  private @Nullable Object absent(String path, RecordComponent component, ConfigNode.Mapping node) {
    if (component.getType() == List.class) {
      return List.of();
    }
    if (component.getType() == Map.class) {
      return Map.of();
    }
    if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      return null;
    }
    problems.add(node.origin() + ": '" + path + "' is required");
    return null;
  }

  private void unknownKey(String path, String key, ConfigNode.Mapping node, Set<String> known) {
    String full = join(path, key);
    String origin = node.keyOrigins().getOrDefault(key, node.origin());
    ConfigNode value = node.entries().get(key);
    if (value != null) {
      switch (foreign.judge(full, origin, value)) {
        case ForeignKeys.Refused(List<String> why) -> {
          problems.addAll(why);
          return;
        }
        case ForeignKeys.Ignored(String warning) -> {
          warnings.add(warning);
          return;
        }
        case ForeignKeys.Unknown _ -> {}
      }
    }
    String where = path.isEmpty() ? "" : " in '" + path + "'";
    String hint =
        nearest(key, known)
            .map(nearest -> "; did you mean '" + nearest + "'?")
            .orElse("; known keys: " + String.join(", ", known));
    problems.add(origin + ": unknown key '" + key + "'" + where + hint);
  }

  private @Nullable Object construct(
      String path,
      ConfigNode.Mapping node,
      Class<?> type,
      RecordComponent[] components,
      @Nullable Object[] arguments) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      String where = path.isEmpty() ? "" : " '" + path + "':";
      Throwable cause = e.getCause() == null ? e : e.getCause();
      problems.add(node.origin() + ":" + where + " " + cause.getMessage());
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("configuration record " + type + " cannot be made", e);
    }
  }

  private @Nullable Object readValue(
      String path, ConfigNode node, Type type, @Nullable Object inherited) {
    if (type instanceof ParameterizedType parameterized) {
      return readCollection(path, node, parameterized);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == ConfigNode.class) {
      return node;
    }
    if (raw.isRecord()) {
      if (node instanceof ConfigNode.Mapping mapping) {
        return readRecord(path, mapping, raw, inherited != null ? inherited : defaultsOf(raw));
      }
      problems.add(node.origin() + ": '" + path + "' must be a mapping of keys to values");
      return null;
    }
    if (node instanceof ConfigNode.Scalar(String text, String origin)) {
      return readScalar(path, text == null ? "" : text, origin, raw);
    }
    problems.add(node.origin() + ": '" + path + "' must be a single value");
    return null;
  }

  private @Nullable Object readCollection(String path, ConfigNode node, ParameterizedType type) {
    if (type.getRawType() == List.class) {
      Type element = type.getActualTypeArguments()[0];
      List<Object> result = new ArrayList<>();
      switch (node) {
        case ConfigNode.Sequence(List<ConfigNode> items, _) -> {
          for (int i = 0; i < items.size(); i++) {
            addIfPresent(result, readValue(path + "[" + i + "]", items.get(i), element, null));
          }
        }
        case ConfigNode.Scalar scalar when element == String.class -> {
          // A flag, or a list of one: a comma separates.
          String text = scalar.text() == null ? "" : scalar.text();
          for (String item : text.split(",", -1)) {
            if (!item.isBlank()) {
              result.add(item.strip());
            }
          }
        }
        case ConfigNode.Scalar _, ConfigNode.Mapping _ ->
            problems.add(node.origin() + ": '" + path + "' must be a list");
      }
      return List.copyOf(result);
    }
    if (node instanceof ConfigNode.Mapping mapping) {
      Map<String, Object> result = new LinkedHashMap<>();
      Type elementType = type.getActualTypeArguments()[1];
      Function<String, ? extends Record> start = starts.get(elementType);
      mapping
          .entries()
          .forEach((key, value) -> {
            Object inherited = start == null ? null : start.apply(key);
            Object element =
                inherited != null
                        && value instanceof ConfigNode.Scalar scalar
                        && scalar.text() == null
                    ? inherited
                    : readValue(join(path, key), value, elementType, inherited);
            if (element != null) {
              result.put(key, element);
            }
          });
      return result;
    }
    problems.add(node.origin() + ": '" + path + "' must be a mapping of keys to values");
    return null;
  }

  private static void addIfPresent(List<Object> list, @Nullable Object value) {
    if (value != null) {
      list.add(value);
    }
  }

  private @Nullable Object readScalar(String path, String text, String origin, Class<?> type) {
    try {
      return parseScalar(text, type);
    } catch (IllegalArgumentException e) {
      problems.add(origin + ": '" + path + "' must be " + expected(type) + ", not '" + text + "'");
      return null;
    }
  }

  private static Object parseScalar(String text, Class<?> type) {
    if (type == String.class) {
      return text;
    }
    if (type == Secret.class) {
      return new Secret(text);
    }
    if (type == boolean.class) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "true", "yes", "on", "y" -> true; // as files for Loki and Promtail have them
        case "false", "no", "off", "n" -> false;
        default -> throw new IllegalArgumentException(text);
      };
    }
    if (type == int.class) {
      return Integer.parseInt(text);
    }
    if (type == long.class) {
      return parseSize(text);
    }
    if (type == double.class) {
      return Double.parseDouble(text);
    }
    if (type == Duration.class) {
      return parseDuration(text);
    }
    if (type == Instant.class) {
      return parseInstant(text);
    }
    if (type == Path.class) {
      return Path.of(text);
    }
    if (type.isEnum()) {
      for (Object constant : type.getEnumConstants()) {
        if (((Enum<?>) constant).name().toLowerCase(Locale.ROOT).equals(text)) {
          return constant;
        }
      }
      throw new IllegalArgumentException(text);
    }
    throw new IllegalStateException("configuration component of unsupported type " + type);
  }

  private static String expected(Class<?> type) {
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == int.class) {
      return "a whole number";
    }
    if (type == long.class) {
      return "a whole number, or a size such as 256KB or 4MB";
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == Duration.class) {
      return "a duration such as 30s, 5m or 1h30m";
    }
    if (type == Instant.class) {
      return "a time such as 2030-01-01T00:00:00Z";
    }
    if (type.isEnum()) {
      return "one of "
          + String.join(
              ", ",
              Arrays.stream(type.getEnumConstants())
                  .map(constant -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT))
                  .toList());
    }
    return "text";
  }

  /** Sizes count in powers of 1024 whatever the case, as Loki's limits do. */
  private static long parseSize(String text) {
    if (text.matches("-?[0-9]+")) {
      return Long.parseLong(text);
    }
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    String unit = matcher.group(2).toLowerCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "kmgt".indexOf(unit.charAt(0)) + 1;
    return Math.round(Double.parseDouble(matcher.group(1)) * Math.pow(1024, power));
  }

  private static Instant parseInstant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Duration parseDuration(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    try {
      return Duration.ofNanos(PrometheusDuration.parse(text));
    } catch (IllegalArgumentException e) {
      return Duration.ofNanos(GoDuration.parse(text));
    }
  }

  /** Returns the record's {@code DEFAULTS} or {@code defaults()}, or null when it has neither. */
  private static @Nullable Object defaultsOf(Class<?> type) {
    try {
      Field field = type.getDeclaredField("DEFAULTS");
      field.setAccessible(true);
      return field.get(null);
    } catch (NoSuchFieldException e) {
      return callDefaults(type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("configuration record " + type, e);
    }
  }

  private static @Nullable Object callDefaults(Class<?> type) {
    try {
      Method method = type.getDeclaredMethod("defaults");
      method.setAccessible(true);
      return method.invoke(null);
    } catch (NoSuchMethodException e) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("configuration record " + type, e);
    }
  }

  static @Nullable Object get(RecordComponent component, Object record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("configuration record " + record.getClass(), e);
    }
  }

  /** Returns the snake_case key of a camelCase component name. */
  static String key(String componentName) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < componentName.length(); i++) {
      char c = componentName.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('_').append(Character.toLowerCase(c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static Optional<String> nearest(String key, Set<String> known) {
    String best = null;
    int bestDistance = Math.max(2, key.length() / 3) + 1;
    for (String candidate : known) {
      int distance = editDistance(key, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein distance, two rows. */
  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}

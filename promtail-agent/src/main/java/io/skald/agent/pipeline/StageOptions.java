package io.skald.agent.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.config.ConfigNode;
import io.skald.common.values.GoDuration;
import io.skald.common.values.RegexErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one stage as they are written. The case of a key does not matter; a value is taken by
 * its text, whatever YAML would make of it. {@link #unknownKeys} tells what nobody asked for.
 */
final class StageOptions {
  private static final java.util.regex.Pattern SIZE =
      java.util.regex.Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kKmMgG]?)[bB]?");

  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private final ConfigNode body;
  private final Map<String, ConfigNode> byKey = new LinkedHashMap<>();
  private final Map<String, String> written = new LinkedHashMap<>();
  private final Map<String, String> origins = new LinkedHashMap<>();
  private final Set<String> asked = new HashSet<>();

  StageOptions(ConfigNode body) throws StageConfigException {
    this.body = body;
    switch (body) {
      case ConfigNode.Mapping mapping ->
          mapping
              .entries()
              .forEach((key, value) -> {
                String lower = key.toLowerCase(Locale.ROOT);
                byKey.put(lower, value);
                written.put(lower, key);
                origins.put(lower, mapping.keyOrigins().getOrDefault(key, mapping.origin()));
              });
      case ConfigNode.Scalar(String text, String origin) -> {
        if (text != null) {
          throw new StageConfigException(origin, "must be a mapping of keys to values");
        }
      }
      case ConfigNode.Sequence(_, String origin) ->
          throw new StageConfigException(origin, "must be a mapping of keys to values, not a list");
    }
  }

  /** Makes an error about the whole stage. */
  StageConfigException wrong(String problem) {
    return new StageConfigException(body.origin(), problem);
  }

  /** Makes an error about one key. */
  StageConfigException wrong(String key, String problem) {
    ConfigNode value = byKey.get(key);
    return new StageConfigException(
        value == null ? body.origin() : value.origin(), "'" + key + "' " + problem);
  }

  boolean has(String key) {
    return node(key) != null;
  }

  String text(String key, String otherwise) throws StageConfigException {
    ConfigNode node = node(key);
    return node == null ? otherwise : scalar(key, node);
  }

  String requiredText(String key) throws StageConfigException {
    String text = text(key, "");
    if (text.isEmpty()) {
      throw wrong("'" + key + "' is required");
    }
    return text;
  }

  boolean flag(String key, boolean otherwise) throws StageConfigException {
    String text = text(key, "");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "" -> otherwise;
      case "true", "yes", "on", "y" -> true;
      case "false", "no", "off", "n" -> false;
      default -> throw wrong(key, "must be true or false: " + text);
    };
  }

  int integer(String key, int otherwise) throws StageConfigException {
    String text = text(key, "");
    try {
      return text.isEmpty() ? otherwise : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw wrong(key, "must be a whole number: " + text);
    }
  }

  double number(String key, double otherwise) throws StageConfigException {
    String text = text(key, "");
    try {
      return text.isEmpty() ? otherwise : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong(key, "must be a number: " + text);
    }
  }

  Duration duration(String key, Duration otherwise) throws StageConfigException {
    String text = text(key, "");
    try {
      return text.isEmpty() ? otherwise : Duration.ofNanos(GoDuration.parse(text));
    } catch (IllegalArgumentException e) {
      throw wrong(key, "must be a duration such as 30s, 5m or 24h (no days): " + text);
    }
  }

  /** A number of bytes, with or without a unit; powers of 1024. */
  long size(String key, long otherwise) throws StageConfigException {
    String text = text(key, "");
    if (text.isEmpty()) {
      return otherwise;
    }
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw wrong(key, "must be a number of bytes or a size such as 8kb: " + text);
    }
    String unit = size.group(2).toLowerCase(Locale.ROOT);
    int power = unit.isEmpty() ? 0 : "kmg".indexOf(unit.charAt(0)) + 1;
    return Math.round(Double.parseDouble(size.group(1)) * Math.pow(1024, power));
  }

  Pattern regex(String key) throws StageConfigException {
    String text = requiredText(key);
    try {
      return RegexErrors.compile(text);
    } catch (IllegalArgumentException e) {
      throw wrong(key, "is not a valid RE2 expression: " + e.getMessage());
    }
  }

  /** A list of texts; a single text is a list of one. */
  List<String> texts(String key) throws StageConfigException {
    ConfigNode node = node(key);
    return node == null ? List.of() : texts(key, node);
  }

  static List<String> texts(String key, ConfigNode node) throws StageConfigException {
    List<String> texts = new ArrayList<>();
    switch (node) {
      case ConfigNode.Scalar(String text, _) -> {
        if (text != null && !text.isEmpty()) {
          texts.add(text);
        }
      }
      case ConfigNode.Sequence(List<ConfigNode> items, _) -> {
        for (ConfigNode item : items) {
          texts.add(scalar(key, item));
        }
      }
      case ConfigNode.Mapping mapping ->
          throw new StageConfigException(mapping.origin(), "'" + key + "' must be a list");
    }
    return texts;
  }

  /** A map of texts; a null value is its key where {@code nullIsKey}, else left out. */
  static Map<String, String> map(String key, ConfigNode node, boolean nullIsKey)
      throws StageConfigException {
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      throw new StageConfigException(node.origin(), key + " must be a mapping of names");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, ConfigNode> entry : mapping.entries().entrySet()) {
      String text = scalar(entry.getKey(), entry.getValue());
      if (!text.isEmpty()) {
        texts.put(entry.getKey(), text);
      } else if (nullIsKey) {
        texts.put(entry.getKey(), entry.getKey());
      }
    }
    return texts;
  }

  Map<String, String> map(String key) throws StageConfigException {
    ConfigNode node = node(key);
    return node == null || isNull(node) ? Map.of() : map("'" + key + "'", node, true);
  }

  @Nullable ConfigNode node(String key) {
    asked.add(key);
    ConfigNode node = byKey.get(key);
    return node == null || isNull(node) ? null : node;
  }

  /** Returns the keys that the stage did not ask for, each with where it stands. */
  Map<String, String> unknownKeys() {
    Map<String, String> unknown = new LinkedHashMap<>();
    byKey.keySet().stream()
        .filter(key -> !asked.contains(key))
        .forEach(key ->
            unknown.put(written.getOrDefault(key, key), origins.getOrDefault(key, body.origin())));
    return unknown;
  }

  static void checkLabelName(ConfigNode at, String name) throws StageConfigException {
    if (!LABEL_NAME.matches(name)) {
      throw new StageConfigException(
          at.origin(), "'" + name + "' is not a label name: letters, digits and _ only");
    }
  }

  static boolean isNull(ConfigNode node) {
    return node instanceof ConfigNode.Scalar(String text, _) && text == null;
  }

  private static String scalar(String key, ConfigNode node) throws StageConfigException {
    if (node instanceof ConfigNode.Scalar(String text, _)) {
      return text == null ? "" : text;
    }
    throw new StageConfigException(node.origin(), "'" + key + "' must be a single value");
  }
}

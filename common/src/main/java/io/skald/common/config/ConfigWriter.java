package io.skald.common.config;

import io.skald.common.values.ByteSize;
import io.skald.common.values.PrometheusDuration;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Prints records in the form that {@link ConfigReader} reads. */
public final class ConfigWriter {
  private ConfigWriter() {}

  /** Returns the YAML text of a record, its keys sorted. */
  public static String yaml(Record record) {
    return yaml(tree(record));
  }

  /** Returns the YAML text of what {@link #tree} returned, or of a part of it. */
  public static String yaml(Map<String, Object> tree) {
    DumpSettings settings =
        DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndicatorIndent(2)
            .setIndentWithIndicator(true)
            .build();
    return new Dump(settings).dumpToString(tree);
  }

  /**
   * Returns the keys of a record, sorted, and their values: text, numbers, booleans, lists and maps
   * of these. Sizes and durations are text with their units.
   */
  public static Map<String, Object> tree(Record record) {
    Map<String, Object> keys = new TreeMap<>();
    add(record, keys);
    return keys;
  }

  private static void add(Record record, Map<String, Object> keys) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = ConfigReader.get(component, record);
      if (component.isAnnotationPresent(Flat.class) && value instanceof Record inner) {
        add(inner, keys);
      } else if (value != null) {
        keys.put(ConfigReader.key(component.getName()), plain(value));
      }
    }
  }

  private static Object plain(Object value) {
    return switch (value) {
      case ConfigNode node -> plain(node);
      case Record record -> tree(record);
      case Long bytes -> ByteSize.formatBinary(bytes);
      case Duration duration -> PrometheusDuration.format(duration.toNanos());
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT);
      case List<?> list -> {
        // A list of its own: YAML would refer to one that stands twice.
        List<Object> plain = new ArrayList<>();
        list.forEach(element -> plain.add(plain(element)));
        yield plain;
      }
      case Map<?, ?> map -> {
        Map<String, Object> plain = new LinkedHashMap<>();
        map.forEach((key, element) -> plain.put(key.toString(), plain(element)));
        yield plain;
      }
      case Boolean flag -> flag;
      case Integer number -> number;
      case Double number -> number;
      default -> value.toString();
    };
  }

  private static Object plain(ConfigNode node) {
    return switch (node) {
      case ConfigNode.Scalar(String text, _) -> text == null ? "" : text;
      case ConfigNode.Sequence(List<ConfigNode> items, _) -> {
        List<Object> plain = new ArrayList<>();
        items.forEach(item -> plain.add(plain(item)));
        yield plain;
      }
      case ConfigNode.Mapping mapping -> {
        Map<String, Object> plain = new LinkedHashMap<>();
        mapping.entries().forEach((key, inner) -> plain.put(key, plain(inner)));
        yield plain;
      }
    };
  }
}

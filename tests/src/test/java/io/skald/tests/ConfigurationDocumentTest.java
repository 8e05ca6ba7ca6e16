package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.AgentConfig;
import io.skald.common.config.ConfigReader;
import io.skald.common.config.Flat;
import io.skald.server.AgentProcess;
import io.skald.server.SkaldConfig;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md tells every key with its default, and no other. */
class ConfigurationDocumentTest {
  private static final Path DOCS = SkaldProcess.root().resolve("docs");

  /** {@code | `key` | default | type | meaning |}. */
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (.+?) \\| .*");

  private static final Pattern ITEM = Pattern.compile("- `([^`]+)`");

  /** Its default depends on the machine. */
  private static final String COMPUTED = "ingester.seal_threads";

  /** The agent's file has this one beside the records of its configuration. */
  private static final String AGENT_LOG_LEVEL = "server.log_level";

  private static final String CLIENT = "clients: [{url: 'http://localhost:3100/push'}]\n";

  @Test
  void serverKeys_all_standInTheDocumentWithTheirDefaults() throws Exception {
    Map<String, String> documented = rows(section("## Server", "### Loki's file, key by key"));
    Map<String, Record> tables = tables(SkaldConfig.DEFAULTS);

    assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(keys(tables));
    assertThat(documented.remove(COMPUTED)).doesNotContain("`");
    assertDefaults(documented, tables);
  }

  @Test
  void agentKeys_all_standInTheDocumentWithTheirDefaults() throws Exception {
    Map<String, String> documented = rows(section("## Agent", "\0"));
    Map<String, Record> tables = tables(AgentConfig.defaults());
    Set<String> expected = keys(tables);
    expected.add(AGENT_LOG_LEVEL);

    assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(documented.remove(AGENT_LOG_LEVEL))
        .isEqualTo("`" + AgentProcess.load("a.yaml", CLIENT, Map.of()).logLevel() + "`");
    assertDefaults(documented, tables);
  }

  @Test
  void ignoredKeysOfTheAgent_all_standInTheDocument() throws Exception {
    assertThat(items(section("### Ignored keys of the agent", "\0")))
        .containsExactlyInAnyOrderElementsOf(ignored(AgentProcess.class));
  }

  @Test
  void examples_load_withoutWarnings() throws IOException {
    SkaldConfig.Loaded server = SkaldConfig.load("server.yaml", example("server.yaml"), Map.of());
    AgentProcess.Loaded agent = AgentProcess.load("agent.yaml", example("agent.yaml"), Map.of());

    assertThat(server.warnings()).isEmpty();
    assertThat(server.config()).isNotEqualTo(SkaldConfig.DEFAULTS);
    assertThat(agent.warnings()).isEmpty();
    assertThat(agent.config().scrapeConfigs()).hasSize(2);
  }

  private static String example(String name) throws IOException {
    return Files.readString(DOCS.resolve("examples").resolve(name));
  }

  /** Returns the text from {@code start} up to {@code end}, or to the end of the document. */
  private static String section(String start, String end) throws IOException {
    String text = Files.readString(DOCS.resolve("configuration.md"));
    int from = text.indexOf("\n" + start + "\n");
    assertThat(from).as(start).isNotNegative();
    int to = text.indexOf("\n" + end + "\n", from);
    return text.substring(from, to < 0 ? text.length() : to);
  }

  private static Map<String, String> rows(String section) {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : section.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        assertThat(rows.put(row.group(1), row.group(2))).as(line).isNull();
      }
    }
    return rows;
  }

  private static List<String> items(String section) {
    return section
        .lines()
        .map(ITEM::matcher)
        .filter(Matcher::matches)
        .map(item -> item.group(1))
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static Set<String> ignored(Class<?> type) throws ReflectiveOperationException {
    Field field = type.getDeclaredField("IGNORED");
    field.setAccessible(true);
    return (Set<String>) field.get(null);
  }

  /**
   * Returns the defaults of the file (prefix ""), of the elements of its lists (prefix {@code
   * clients[].}), and of blocks that are null by default (prefix {@code scrape_configs[].syslog.}).
   */
  private static Map<String, Record> tables(Record defaults) throws ReflectiveOperationException {
    Map<String, Record> tables = new LinkedHashMap<>();
    tables.put("", defaults);
    addElements("", defaults, tables);
    return tables;
  }

  private static void addElements(String prefix, Record record, Map<String, Record> tables)
      throws ReflectiveOperationException {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String key = prefix + snakeCase(component.getName());
      if (component.getAccessor().invoke(record) instanceof Record inner) {
        addElements(isFlat(component) ? prefix : key + ".", inner, tables);
      } else if (component.getType().isRecord()) { // a block that need not be there
        Record defaults = (Record) component.getType().getMethod("defaults").invoke(null);
        tables.put(key + ".", defaults);
        addElements(key + ".", defaults, tables);
      } else if (elementType(component) instanceof Class<?> element) {
        Record defaults = (Record) element.getMethod("defaults").invoke(null);
        tables.put(key + "[].", defaults);
        addElements(key + "[].", defaults, tables);
      }
    }
  }

  private static Set<String> keys(Map<String, Record> tables) throws ReflectiveOperationException {
    Set<String> keys = new TreeSet<>();
    for (Map.Entry<String, Record> table : tables.entrySet()) {
      addKeys(table.getKey(), table.getValue(), keys);
    }
    return keys;
  }

  private static void addKeys(String prefix, Record record, Set<String> keys)
      throws ReflectiveOperationException {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String key = prefix + snakeCase(component.getName());
      if (component.getAccessor().invoke(record) instanceof Record inner) {
        addKeys(isFlat(component) ? prefix : key + ".", inner, keys);
      } else if (elementType(component) == null && !component.getType().isRecord()) {
        keys.add(key);
      }
    }
  }

  /** Returns whether the keys of the component stand in the block of the record that holds it. */
  private static boolean isFlat(RecordComponent component) {
    return component.isAnnotationPresent(Flat.class);
  }

  /** Returns the type of a list's elements if they are records, or null. */
  private static @org.jspecify.annotations.Nullable Class<?> elementType(
      RecordComponent component) {
    return component.getGenericType() instanceof ParameterizedType list
            && list.getRawType() == List.class
            && list.getActualTypeArguments()[0] instanceof Class<?> element
            && element.isRecord()
        ? element
        : null;
  }

  /** Every documented default, read by itself from a file, must change nothing. */
  private static void assertDefaults(Map<String, String> documented, Map<String, Record> tables) {
    List<String> wrong = new ArrayList<>();
    documented.forEach((key, cell) -> {
      String prefix =
          tables.keySet().stream()
              .filter(key::startsWith)
              .max(Comparator.comparingInt(String::length))
              .orElseThrow();
      Record defaults = Objects.requireNonNull(tables.get(prefix), key);
      String yaml = yaml(key.substring(prefix.length()), cell.replaceAll("^`|`$", ""));
      Record read = new ConfigReader(key, Set.of()).read(yaml, defaults, Map.of());
      if (!cell.startsWith("`") || !read.equals(defaults)) {
        wrong.add(key + ": " + cell);
      }
    });
    assertThat(wrong).as("documented defaults that are not the program's").isEmpty();
  }

  private static String yaml(String key, String value) {
    String[] parts = key.split("\\.");
    return String.join(": {", parts) + ": " + value + "}".repeat(parts.length - 1);
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}

package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ForeignKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of Loki's keys in docs/configuration.md tells what the program does with each. */
class LokiKeysDocumentTest {
  private static final Path DOCUMENT =
      Objects.requireNonNull(Path.of("").toAbsolutePath().getParent())
          .resolve("docs/configuration.md");

  /** {@code | `key` | here | note |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([^`]+)` \\| (.*?) \\| (.*?) ?\\|$");

  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final String TABLE = "### Loki's file, key by key";
  private static final String OWN = "Keys of Skald alone: ";

  private record Row(String here, String note) {}

  private static String part(String start, String end) throws IOException {
    String text = Files.readString(DOCUMENT);
    int from = text.indexOf("\n" + start);
    assertThat(from).as(start).isNotNegative();
    return text.substring(from, text.indexOf("\n" + end, from));
  }

  private static Map<String, Row> table() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (MatchResult row : ROW.matcher(part(TABLE, OWN)).results().toList()) {
      Row before = rows.put(row.group(1), new Row(row.group(2), row.group(3)));
      assertThat(before).as(row.group(1)).isNull();
    }
    return rows;
  }

  @Test
  void table_ignoredAndRefusedKeys_areThoseOfTheProgram() throws IOException {
    Map<String, Row> expected = new TreeMap<>();
    LokiKeys.ignored().forEach((key, note) -> expected.put(key, new Row("ignored", note)));
    for (ForeignKeys.Refusal refusal : LokiKeys.refused()) {
      String unless = refusal.unless().isEmpty() ? "" : " unless " + listed(refusal);
      expected.put(refusal.key(), new Row("refused" + unless, refusal.reason()));
    }

    Map<String, Row> documented = table();
    documented.values().removeIf(row -> row.here.equals("supported"));

    assertThat(documented).isEqualTo(expected);
  }

  /** {@code `a`, `b` or `c`}. */
  private static String listed(ForeignKeys.Refusal refusal) {
    String all =
        refusal.unless().stream()
            .sorted()
            .map(value -> "`" + value + "`")
            .collect(Collectors.joining(", "));
    return all.replaceFirst(", (?=[^,]*$)", " or ");
  }

  @Test
  void table_supportedKeys_areThoseOfTheProgramWithoutItsOwn() throws IOException {
    List<String> supported = new ArrayList<>();
    table()
        .forEach((key, row) -> {
          if (row.here.equals("supported")) {
            supported.add(key);
          }
        });
    List<String> own = find(QUOTED, part(OWN, "## Agent"));

    List<String> all = new ArrayList<>(supported);
    all.addAll(own);
    assertThat(all).containsExactlyInAnyOrderElementsOf(find(ROW, part("## Server", TABLE)));
    assertThat(supported).contains("limits_config.max_line_size", "runtime_config.file");
    assertThat(own).contains("querier.cache_size");
  }

  private static List<String> find(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }
}

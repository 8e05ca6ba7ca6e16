package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ForeignKeys.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of Promtail's keys without counterpart, in docs/agent.md, is that of the program. */
class PromtailKeysDocumentTest {
  private static final Path DOCUMENT =
      Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()).resolve("docs/agent.md");

  /** {@code | `key` | here | note |}. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([^`]+)` \\| ((?:ignored|refused).*?) \\| (.*?) ?\\|$");

  @Test
  void table_tellsWhatTheProgramDoesWithEachKey() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    PromtailKeys.IGNORED.forEach((key, note) -> expected.put(key, "ignored: " + note));
    for (Refusal refusal : PromtailKeys.refused()) {
      String unless =
          refusal.unless().stream()
              .sorted()
              .map(value -> "`" + value + "`")
              .collect(Collectors.joining(", "));
      if (!UnsupportedSources.names().contains(refusal.key().substring(2))) {
        expected.put(
            refusal.key(),
            "refused" + (unless.isEmpty() ? "" : " unless " + unless) + ": " + refusal.reason());
      }
    }

    Map<String, String> told = new TreeMap<>();
    for (MatchResult row : ROW.matcher(Files.readString(DOCUMENT)).results().toList()) {
      told.put(row.group(1), row.group(2) + ": " + row.group(3).replace("\\|", "|"));
    }

    assertThat(told).isEqualTo(expected);
  }

  @Test
  void sources_thatAreRefused_areTold() throws IOException {
    Set<String> refused = new TreeSet<>(UnsupportedSources.names());
    String document = Files.readString(DOCUMENT);
    String list = document.substring(document.indexOf("\nRefused sources, "));

    refused.forEach(source -> assertThat(list).contains("`" + source + "`"));
  }
}

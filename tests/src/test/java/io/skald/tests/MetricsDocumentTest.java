package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.distributor.validate.DiscardReason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/operations.md tells every metric of the server, and no other. */
class MetricsDocumentTest {
  private static final Pattern IN_SOURCE = Pattern.compile("\"(skald_[a-z_]+)\"");
  private static final Pattern IN_DOCUMENT = Pattern.compile("(?m)^\\| `(skald_[a-z_]+)` \\|");
  private static final Path SERVER =
      SkaldProcess.root().resolve("server/src/main/java/io/skald/server");

  @Test
  void metrics_all_standInTheDocument() throws IOException {
    Set<String> registered = new TreeSet<>();
    try (DirectoryStream<Path> sources = Files.newDirectoryStream(SERVER, "*.java")) {
      for (Path source : sources) {
        registered.addAll(matches(IN_SOURCE, Files.readString(source)));
      }
    }

    assertThat(registered).hasSizeGreaterThan(10);
    assertThat(matches(IN_DOCUMENT, document())).isEqualTo(registered);
  }

  @Test
  void discardReasons_all_standInTheDocument() throws IOException {
    String document = document();

    for (DiscardReason reason : DiscardReason.values()) {
      assertThat(document).contains("`" + reason.text() + "`");
    }
  }

  private static String document() throws IOException {
    return Files.readString(SkaldProcess.root().resolve("docs/operations.md"));
  }

  private static Set<String> matches(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}

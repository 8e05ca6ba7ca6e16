package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every Java source is laid out as google-java-format does. To write the layout instead of checking
 * it: {@code mvn -pl tests -am test -Dtest=SourceFormatTest -Dskald.format=write
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class SourceFormatTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

  @Test
  void sources_all_areFormatted() throws IOException {
    boolean write = "write".equals(System.getProperty("skald.format"));
    List<Path> wrong = new ArrayList<>();
    List<Path> sources = sources();
    for (Path source : sources) {
      String text = Files.readString(source);
      String formatted = format(source, text);
      if (!formatted.equals(text)) {
        if (write) {
          Files.writeString(source, formatted);
        } else {
          wrong.add(ROOT.relativize(source));
        }
      }
    }
    assertThat(sources).hasSizeGreaterThan(50);
    assertThat(wrong).as("run this test with -Dskald.format=write").isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> result = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.sorted().toList()) {
        Path sources = module.resolve("src");
        if (Files.isDirectory(sources)) {
          try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(result::add);
          }
        }
      }
    }
    return result;
  }

  private static String format(Path source, String text) {
    try {
      return new Formatter()
          .formatSourceAndFixImports(RemoveUnusedImports.removeUnusedImports(text));
    } catch (FormatterException e) {
      throw new AssertionError(source + ": " + e.getMessage(), e);
    }
  }
}

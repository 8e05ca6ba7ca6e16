package io.skald.agent.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          /var/log/*.log        -> /var/log/a.log         -> true
          /var/log/*.log        -> /var/log/.hidden.log   -> true
          /var/log/*.log        -> /var/log/x/a.log       -> false
          /var/log/*.log        -> /var/log/a.log.1       -> false
          /var/log/**/*.log     -> /var/log/a.log         -> true
          /var/log/**/*.log     -> /var/log/x/y/a.log     -> true
          /var/log/**           -> /var/log/x/y           -> true
          /var/log/x**/a.log    -> /var/log/xyz/a.log     -> true
          /var/log/x**/a.log    -> /var/log/x/y/a.log     -> false
          /v?r/log/a            -> /var/log/a             -> true
          /v?r/log/a            -> /vr/log/a              -> false
          /v/[a-c]x             -> /v/bx                  -> true
          /v/[a-c]x             -> /v/dx                  -> false
          /v/[!a-c]x            -> /v/dx                  -> true
          /v/[^a-c]x            -> /v/bx                  -> false
          /v/[]]x               -> /v/]x                  -> true
          /v/[a-]               -> /v/-                   -> true
          /v/\\*                -> /v/*                   -> true
          /v/\\*                -> /v/a                   -> false
          /v/{a,b}.log          -> /v/b.log               -> true
          /v/{a,b{1,2}}.log     -> /v/b2.log              -> true
          /v/{a/x,b}.log        -> /v/a/x.log             -> true
          /v/{a,b}.log          -> /v/c.log               -> false
          /v/{,x}a              -> /v/a                   -> true
          /v/é?                 -> /v/é😀                 -> true
          """)
  void matches_table(String pattern, String path, boolean expected) {
    assertThat(new Glob(pattern.replace("\\\\", "\\")).matches(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          /v/[a  -> '[' is not closed
          /v/{a  -> '{' is not closed
          """)
  void constructor_malformed_namesThePattern(String pattern, String message) {
    assertThatThrownBy(() -> new Glob(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(pattern)
        .hasMessageContaining(message);
  }

  @Test
  void constructor_tooManyAlternatives_refuses() {
    assertThatThrownBy(() -> new Glob("/v/" + "{a,b}".repeat(11)))
        .hasMessageContaining("more than 1024");
  }

  @Test
  void walk_findsFilesThroughLinksAndEndsInLoops() throws IOException {
    Path sub = Files.createDirectories(directory.resolve("sub/deep"));
    Files.createFile(directory.resolve("a.log"));
    Files.createFile(sub.resolve("b.log"));
    Files.createFile(sub.resolve("b.txt"));
    Files.createDirectory(directory.resolve("dir.log"));
    Files.createSymbolicLink(sub.resolve("loop"), directory);
    Files.createSymbolicLink(directory.resolve("link"), sub);

    assertThat(walk("**/*.log"))
        .contains("a.log", "sub/deep/b.log", "link/b.log")
        .doesNotContain("dir.log");
    assertThat(walk("*/b.log")).containsExactly("link/b.log");
    assertThat(walk("sub/deep/b.log")).containsExactly("sub/deep/b.log");
    assertThat(walk("sub/deep/nothing.log")).isEmpty();
  }

  @Test
  void walk_tellsWhereFilesCouldAppear() throws IOException {
    Files.createDirectories(directory.resolve("x"));
    TreeSet<Path> searched = new TreeSet<>();

    new Glob(directory + "/*/missing/*.log").walk(_ -> {}, searched::add, _ -> {});

    assertThat(searched).contains(directory, directory.resolve("x"));
  }

  private List<String> walk(String pattern) {
    TreeSet<String> found = new TreeSet<>();
    new Glob(directory + "/" + pattern)
        .walk(p -> found.add(directory.relativize(p).toString()), _ -> {}, _ -> {});
    return List.copyOf(found);
  }
}

package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.config.EnvironmentExpansion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFlagsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"server", "agent"})
  void command_badKeyAsFlag_isRefusedByName(String command) {
    Called called = Called.skald(command, "-server.log-lvel=info");

    assertThat(called.exitCode()).isEqualTo(2);
    assertThat(called.err())
        .contains(
            "-server.log-lvel: unknown key 'log_lvel' in 'server'; did you mean 'log_level'?");
  }

  @Test
  void configCheck_keyAsFlag_winsOverTheFile() throws IOException {
    Path file = Files.writeString(directory.resolve("a.yaml"), "target: read\n");

    assertThat(Called.skald("config", "check", file.toString()).exitCode()).isEqualTo(1);
    assertThat(Called.skald("config", "check", file.toString(), "-target=all").exitCode()).isZero();
  }

  @Test
  void server_asksForSettings_printsThemAndEnds() throws IOException {
    Path file = Files.writeString(directory.resolve("a.yaml"), "analytics: {}\n");
    String config = "-config.file=" + file;

    // Both would not return if the server were started.
    assertThat(Called.skald("server", config, "-verify-config").exitCode()).isZero();
    assertThat(Called.skald("server", config, "-print-config", "-target=all").exitCode()).isZero();
    assertThat(Called.skald("server", config, "-verify-config", "-target=x").exitCode())
        .isEqualTo(2);
  }

  @Test
  void overrides_keysAndValues_areSplitAtTheFirstEquals() {
    assertThat(
            ConfigFlags.overrides(
                List.of("-server.http-listen-port=5", "--common.path-prefix=/a=b", "-target=")))
        .isEqualTo(
            Map.of("server.http-listen-port", "5", "common.path-prefix", "/a=b", "target", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file.yaml", "-auth_enabled", "-=x", "=x", "-", "-server.http-listen-port"})
  void overrides_otherArgument_isRefusedByName(String argument) {
    assertThatThrownBy(() -> ConfigFlags.overrides(List.of(argument)))
        .isInstanceOf(UsageException.class)
        .hasMessage("unknown argument '" + argument + "'; a key of the file is set by -key=value");
  }

  @Test
  void text_listOfFiles_isThatOfTheFirstThatExists() throws IOException {
    Path second = Files.writeString(directory.resolve("b.yaml"), "target: all\n");
    ConfigFlags flags = new ConfigFlags();
    flags.file = directory.resolve("a.yaml") + ", " + second;

    assertThat(flags.text()).isEqualTo("target: all\n");
    assertThat(flags.source()).isEqualTo(second.toString());
  }

  @Test
  void agentFlags_ofPromtail_setKeys() {
    assertThat(
            AgentFlags.keys(
                List.of(
                    "-client.url",
                    "http://a/",
                    "--client.batch-wait=2s",
                    "-log.level=debug",
                    "-server.disable",
                    "-max-line-size-truncate",
                    "-client.max-retries=3")))
        .isEqualTo(
            Map.of(
                "client.url", "http://a/",
                "client.batchwait", "2s",
                "server.log_level", "debug",
                "server.disable", "true",
                "limits_config.max_line_size_truncate", "true",
                "client.backoff_config.max_retries", "3"));
    assertThatThrownBy(() -> AgentFlags.keys(List.of("file.yaml")))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("unknown argument 'file.yaml'");
  }

  @Test
  void text_directory_saysSo() {
    ConfigFlags flags = new ConfigFlags();
    flags.file = directory.toString();

    assertThatThrownBy(flags::text)
        .isInstanceOf(UsageException.class)
        .hasMessage("configuration file " + directory + " cannot be read: it is a directory");
  }

  @Test
  void text_missingFile_namesIt() {
    ConfigFlags flags = new ConfigFlags();
    flags.file = directory.resolve("absent.yaml").toString();

    assertThatThrownBy(flags::text)
        .isInstanceOf(UsageException.class)
        .hasMessage("configuration file not found: " + directory.resolve("absent.yaml"));
  }

  @Test
  void text_withoutExpansion_leavesReferencesAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("a.yaml"), "target: ${NAME:-all}\n");
    ConfigFlags flags = new ConfigFlags();
    flags.file = file.toString();

    assertThat(flags.text()).isEqualTo("target: ${NAME:-all}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          a: ${SET} -> a: value
          a: ${SET:-other} -> a: value
          a: ${UNSET:-other} -> a: other
          a: ${EMPTY:-other} -> a: other
          a: ${UNSET:=other} -> a: other
          a: ${UNSET}b -> a: b
          a: $SET ${1} -> a: $SET ${1}
          "${NOPE:-d}x${FOO^^}" -> "dxBAR"
          ${NOPE=d} ${FOO=d} -> d bar
          $$2 -> $2
          a\\\\b\\/c -> a\\b/c
          ${#FOO} ${FOO^} ${UP,} ${UP,,} -> 3 Bar uP up
          ${FOO:1} ${FOO:1:1} ${FOO:0:9} -> ar a bar
          ${P/a/x} ${P//a/x} ${P/#a/x} ${P/%c/x} -> x/b/a.c x/b/x.c x/b/a.c a/b/a.x
          ${P#*/} ${P##*/} ${P%/*} ${P%%/*} -> b/a.c a.c a/b a
          """)
  void expand_references_becomeValues(String text, String expected) {
    assertThat(
            EnvironmentExpansion.expand(
                text,
                Map.of("SET", "value", "EMPTY", "", "FOO", "bar", "UP", "UP", "P", "a/b/a.c")))
        .isEqualTo(expected);
  }
}

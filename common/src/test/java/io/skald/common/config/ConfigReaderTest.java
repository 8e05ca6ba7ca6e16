package io.skald.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
  enum Level {
    INFO,
    WARN
  }

  record Listener(String address, int httpPort, boolean open) {
    Listener {
      if (httpPort < 0) {
        throw new IllegalArgumentException("http_port must not be negative: " + httpPort);
      }
    }
  }

  record Client(String url, Duration batchwait, Map<String, String> labels) {
    static final Client DEFAULTS = new Client("", Duration.ofSeconds(1), Map.of());
  }

  record Top(
      Listener server,
      long maxSize,
      double ratio,
      Path path,
      Level level,
      List<String> names,
      List<Client> clients) {}

  private static final Top DEFAULTS =
      new Top(
          new Listener("localhost", 80, true),
          1024,
          0.5,
          Path.of("data"),
          Level.INFO,
          List.of("a"),
          List.of());

  @Test
  void read_emptyFile_yieldsDefaults() {
    assertThat(read("")).isEqualTo(DEFAULTS);
    assertThat(read("# only a comment\n")).isEqualTo(DEFAULTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "Yes", "on", "y", "true", "TRUE", "'yes'"})
  void read_wordsOfYaml11_areTrue(String word) {
    assertThat(read("server: {open: " + word + "}").server().open()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no", "NO", "off", "n", "false"})
  void read_wordsOfYaml11_areFalse(String word) {
    assertThat(read("server: {open: " + word + "}").server().open()).isFalse();
  }

  @Test
  void read_everyKey_isMapped() {
    Top top =
        read(
            """
            server: {address: 127.0.0.1, http_port: 3100, open: false}
            max_size: 4MB
            ratio: 0.25
            path: ./elsewhere
            level: warn
            names: [x, "yes", 012]
            clients:
              - url: http://a/
                labels: {job: 1.10}
              - batchwait: 1m30s
            """);

    assertThat(top)
        .isEqualTo(
            new Top(
                new Listener("127.0.0.1", 3100, false),
                4 << 20,
                0.25,
                Path.of("./elsewhere"),
                Level.WARN,
                List.of("x", "yes", "012"),
                List.of(
                    new Client("http://a/", Duration.ofSeconds(1), Map.of("job", "1.10")),
                    new Client("", Duration.ofSeconds(90), Map.of()))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          12 -> 12
          256KB -> 262144
          3mb -> 3145728
          1.5 GB -> 1610612736
          """)
  void read_size_countsInPowersOf1024(String text, long bytes) {
    assertThat(read("max_size: " + text).maxSize()).isEqualTo(bytes);
  }

  @Test
  void read_unknownKey_namesLineAndNearest() {
    assertThatThrownBy(() -> read("server:\n  htp_port: 1\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "skald.yaml:2:3: unknown key 'htp_port' in 'server'; did you mean 'http_port'?");
  }

  @Test
  void read_severalMistakes_reportsAll() {
    assertThatThrownBy(() -> read("max_size: big\nlevel: loud\nserver: {http_port: -1}\n"))
        .hasMessageContaining("skald.yaml:1:11: 'max_size' must be a whole number")
        .hasMessageContaining("skald.yaml:2:8: 'level' must be one of info, warn, not 'loud'")
        .hasMessageContaining("http_port must not be negative: -1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          a: [ -> not valid YAML
          'ratio: 1\nratio: 2' -> key 'ratio' stands twice, first at skald.yaml:1:1
          - x -> must be a mapping
          server: 3 -> 'server' must be a mapping
          names: {a: b} -> 'names' must be a list
          ratio: [1] -> 'ratio' must be a single value
          """)
  void read_brokenYaml_namesThePlace(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("\\n", "\n")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("skald.yaml:")
        .hasMessageContaining(message);
  }

  @Test
  void read_overrides_winOverTheFile() {
    Top top =
        new ConfigReader("skald.yaml", Set.of())
            .read(
                "server: {http_port: 1}",
                DEFAULTS,
                Map.of("server.http-port", "2", "names", "p,q"));

    assertThat(top.server().httpPort()).isEqualTo(2);
    assertThat(top.names()).containsExactly("p", "q");
  }

  @Test
  void read_ignoredKey_warnsWithItsPlace() {
    ConfigReader reader = new ConfigReader("skald.yaml", Set.of("analytics", "server.grpc_port"));

    reader.read("analytics: {on: false}\nserver: {grpc_port: 1}\n", DEFAULTS, Map.of());

    assertThat(reader.warnings())
        .containsExactly(
            "skald.yaml:1:1: 'analytics' has no effect in Skald and is ignored",
            "skald.yaml:2:10: 'server.grpc_port' has no effect in Skald and is ignored");
  }

  private static Top read(String yaml) {
    return new ConfigReader("skald.yaml", Set.of()).read(yaml, DEFAULTS, Map.of());
  }

  record Size(int width, int height) {
    Size {
      if (width < 0) {
        throw new IllegalArgumentException("width must not be negative: " + width);
      }
    }
  }

  record Window(@Flat Size size, String title) {}

  record Screen(Window window) {}

  private static final Screen SCREEN = new Screen(new Window(new Size(1, 2), "t"));

  private static Screen readScreen(String yaml) {
    return new ConfigReader("a.yaml", Set.of()).read(yaml, SCREEN, Map.of());
  }

  @Test
  void read_flatRecord_takesKeysOfTheBlockThatHoldsIt() {
    assertThat(readScreen("window: {height: 7, title: u}"))
        .isEqualTo(new Screen(new Window(new Size(1, 7), "u")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      textBlock =
          """
          window: {size: {width: 1}} -> a.yaml:1:10: unknown key 'size' in 'window'; known keys: width, height, title
          window: {hight: 1} -> a.yaml:1:10: unknown key 'hight' in 'window'; did you mean 'height'?
          window: {width: x} -> a.yaml:1:17: 'window.width' must be a whole number, not 'x'
          window: {width: -1} -> a.yaml:1:9: 'window': width must not be negative: -1
          """)
  void read_mistakeInFlatRecord_saysWhereAndWhy(String yaml, String message) {
    assertThatThrownBy(() -> readScreen(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }
}

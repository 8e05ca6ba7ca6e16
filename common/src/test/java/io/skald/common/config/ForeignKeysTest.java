package io.skald.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignKeysTest {
  record Top(String name, Map<String, Inner> inner) {}

  record Inner(int size) {
    static final Inner DEFAULTS = new Inner(1);
  }

  private static final Top DEFAULTS = new Top("n", Map.of());

  private final ConfigReader reader =
      new ConfigReader(
          "f",
          new ForeignKeys(
              Map.of("ring", "", "schema", "one form is enough", "*.shards", ""),
              List.of(
                  new ForeignKeys.Refusal("tls", Set.of(), "nothing is encrypted"),
                  new ForeignKeys.Refusal("schema.periods[].store", Set.of("fs"), "no store"))));

  @Test
  void read_ignoredKeys_warnsAndSaysWhatItMeans() {
    Top top = reader.read("ring: {x: 1}\nschema: {periods: [{store: fs}]}\n", DEFAULTS, Map.of());

    assertThat(top).isEqualTo(DEFAULTS);
    assertThat(reader.warnings())
        .containsExactly(
            "f:1:1: 'ring' has no effect in Skald and is ignored",
            "f:2:1: 'schema' has no effect in Skald and is ignored: one form is enough");
  }

  @Test
  void read_refusedKeys_failsAtEachWithTheReason() {
    String yaml = "tls: {cert: x}\nschema: {periods: [{store: fs}, {store: s3}, {store: gcs}]}\n";

    assertThatThrownBy(() -> reader.read(yaml, DEFAULTS, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            """
            f:1:1: 'tls' is refused: nothing is encrypted
            f:2:34: 'schema.periods[].store' is refused: no store
            f:2:47: 'schema.periods[].store' is refused: no store\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls:\n", "tls: {}\n", "tls: []\n", "tls: ''\n"})
  void read_refusedKeyWithoutValue_isIgnored(String yaml) {
    assertThat(reader.read(yaml, DEFAULTS, Map.of())).isEqualTo(DEFAULTS);
    assertThat(reader.warnings())
        .containsExactly("f:1:1: 'tls' has no effect in Skald and is ignored");
  }

  @Test
  void read_keyBehindAnyPrefix_isIgnored() {
    Top top = reader.read("inner: {a.b: {size: 3, shards: 4}}\n", DEFAULTS, Map.of());

    assertThat(top.inner()).isEqualTo(Map.of("a.b", new Inner(3)));
    assertThat(reader.warnings())
        .containsExactly("f:1:24: 'inner.a.b.shards' has no effect in Skald and is ignored");
  }

  @Test
  void read_unknownKey_isStillAnErrorWithTheNearest() {
    assertThatThrownBy(() -> reader.read("nam: x\n", DEFAULTS, Map.of()))
        .hasMessage("f:1:1: unknown key 'nam'; did you mean 'name'?");
  }

  @Test
  void startingFrom_elementOfAMap_takesWhatIsAbsentFromThere() {
    ConfigReader starting = reader.startingFrom(Inner.class, key -> new Inner(key.length()));

    Top top = starting.read("inner: {aaa: {}, bbbb: , c: {size: 9}}\n", DEFAULTS, Map.of());

    assertThat(top.inner())
        .isEqualTo(Map.of("aaa", new Inner(3), "bbbb", new Inner(4), "c", new Inner(9)));
  }
}

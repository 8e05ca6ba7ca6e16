package io.skald.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigWriterTest {
  enum Kind {
    FIRST_ONE,
    OTHER
  }

  record Flat1(long size, Duration period) {}

  record Item(String text) {
    static final Item DEFAULTS = new Item("");
  }

  record All(
      @Flat Flat1 flat,
      Kind kind,
      Instant until,
      int count,
      double ratio,
      boolean on,
      String text,
      List<String> names,
      List<String> others,
      List<Item> items,
      Map<String, Item> byName) {}

  private static final All VALUE =
      new All(
          new Flat1(256 << 10, Duration.ofHours(721)),
          Kind.FIRST_ONE,
          Instant.parse("2030-01-01T00:00:00Z"),
          3,
          0.5,
          true,
          "on: # 012",
          List.of(),
          List.of(),
          List.of(new Item("yes"), new Item("")),
          Map.of("x", new Item("null")));

  private static final All OTHER =
      new All(
          new Flat1(0, Duration.ZERO),
          Kind.OTHER,
          Instant.EPOCH,
          0,
          0,
          false,
          "",
          List.of("a"),
          List.of("b"),
          List.of(),
          Map.of());

  @Test
  void yaml_record_readsBackAsTheSame() {
    String yaml = ConfigWriter.yaml(VALUE);

    assertThat(new ConfigReader("w", Set.of()).read(yaml, OTHER, Map.of())).isEqualTo(VALUE);
    assertThat(yaml)
        .contains("size: 256KB\n", "period: 30d1h\n", "kind: first_one\n", "names: []\n")
        .doesNotContain("&", "flat");
  }
}

package io.skald.querier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReadMeterTest {
  @Test
  void tags_harmlessOnes_areKept() {
    assertThat(ReadMeter.tags(List.of("Source=grafana-lokiexplore-app, user=a.b@c")))
        .isEqualTo("Source=grafana-lokiexplore-app, user=a.b@c");
    assertThat(ReadMeter.tags(List.of())).isEmpty();
  }

  @Test
  void tags_othersAndLongOnes_areReplacedAndCut() {
    assertThat(ReadMeter.tags(List.of("a=\"b\"\n{x}", "ü"))).isEqualTo("a=_b___x_,_");
    assertThat(ReadMeter.tags(List.of("x".repeat(10_000)))).hasSize(256);
  }
}

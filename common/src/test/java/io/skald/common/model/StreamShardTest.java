package io.skald.common.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamShardTest {
  @Test
  void holds_anyStream_trueForOneShardOnly() {
    for (int i = 0; i < 1000; i++) {
      Fingerprint stream = Fingerprint.of(Labels.of("pod", "p-" + i));

      long holders =
          IntStream.range(0, 7).filter(shard -> new StreamShard(shard, 7).holds(stream)).count();

      assertThat(holders).isOne();
      assertThat(StreamShard.ALL.holds(stream)).isTrue();
    }
  }

  @Test
  void create_numberBeyondCount_isRefused() {
    assertThatThrownBy(() -> new StreamShard(7, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no shard 7 of 7");
  }
}

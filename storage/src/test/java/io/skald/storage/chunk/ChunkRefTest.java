package io.skald.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChunkRefTest {
  /** 40 bytes of small columns, 100 of lines, 10 of footer. */
  private static ChunkRef ref(int linesLength) {
    long linesOffset = linesLength == 0 ? 0 : 5;
    return new ChunkRef(1, "p", 1000, 150, 10, linesOffset, linesLength, 0, 1, 1, 1, 0, 1);
  }

  @Test
  void position_linesApart_leadsToBothPlaces() {
    ChunkRef apart = ref(100);

    assertThat(apart.position(0)).isEqualTo(1000);
    assertThat(apart.position(39)).isEqualTo(1039);
    assertThat(apart.position(40)).isEqualTo(5);
    assertThat(apart.position(139)).isEqualTo(104);
    assertThat(apart.linesEnd()).isEqualTo(105);
    assertThat(apart.footerOffset()).isEqualTo(1040);
    assertThat(apart.mainEnd()).isEqualTo(1050);
  }

  @Test
  void position_linesInside_countsOn() {
    ChunkRef whole = ref(0);

    assertThat(whole.position(139)).isEqualTo(1139);
    assertThat(whole.footerOffset()).isEqualTo(1140);
    assertThat(whole.mainEnd()).isEqualTo(1150);
  }

  @Test
  void ref_partsThatDoNotFit_areRefused() {
    assertThatThrownBy(() -> ref(141)).hasMessageContaining("lines 141 at 5");
    assertThatThrownBy(() -> ref(-1)).hasMessageContaining("lines -1");
    assertThatThrownBy(() -> ref(151)).hasMessageContaining("lines 151");
  }
}

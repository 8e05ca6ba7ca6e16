package io.skald.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class SealedBlocksTest {
  private final ColumnDecoder decoder = new ColumnDecoder();

  @Test
  void decode_reversesEncode() {
    SealedBlock block = block();

    BlockView view = SealedBlocks.decode("test", SealedBlocks.encode(block), decoder).view();

    assertThat(view.size()).isEqualTo(3);
    assertThat(view.minTimestamp()).isEqualTo(-5);
    assertThat(view.maxTimestamp()).isEqualTo(900);
    assertThat(Arrays.copyOf(view.timestamps(), 3)).containsExactly(-5, 7, 900);
    assertThat(new String(view.lines(), 0, (int) view.lineBytes(), StandardCharsets.UTF_8))
        .isEqualTo("first 1second 22");
    assertThat(view.metadata().get(view.metadataIds()[1])).isEqualTo(Labels.of("k", "v"));
    BlockView.Sealed sealed = Objects.requireNonNull(view.sealed());
    assertThat(sealed.bytes()).isEqualTo(SealedBlocks.encode(block));
    assertThat(sealed.sizeBytes()).isPositive().isLessThanOrEqualTo(sealed.bytes().length);
    assertThat(view.mayContain("second".getBytes(StandardCharsets.UTF_8))).isTrue();
  }

  @Test
  void decode_everyTruncation_isRefused() {
    byte[] bytes = SealedBlocks.encode(block());
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> SealedBlocks.decode("test", cut, decoder))
          .as("length %s", length)
          .isInstanceOf(CorruptChunkException.class);
    }
  }

  @Test
  void decode_unknownVersion_isRefused() {
    byte[] bytes = SealedBlocks.encode(block());
    bytes[0] = 3;
    assertThatThrownBy(() -> SealedBlocks.decode("test", bytes, decoder))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("version 3");
  }

  private SealedBlock block() {
    MetadataTable table = new MetadataTable();
    int set = table.intern(Labels.of("k", "v"));
    try (BlockSealer sealer = new BlockSealer(decoder)) {
      return sealer.seal(
          ColumnBlock.of(
              3,
              new long[] {-5, 7, 900},
              new int[] {0, 7, 16, 16},
              "first 1second 22".getBytes(StandardCharsets.UTF_8),
              new int[] {0, set, 0},
              table));
    }
  }
}

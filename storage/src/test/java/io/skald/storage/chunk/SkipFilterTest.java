package io.skald.storage.chunk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SkipFilterTest {
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);

  @AfterEach
  void close() {
    sealer.close();
    decoder.close();
  }

  @Test
  void mayContain_anySubstringOfAnyLine_isNeverDenied() {
    long seed = 99;
    RandomBlocks blocks = new RandomBlocks(seed);
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      ColumnBlock block = blocks.next(400);
      BlockView sealed = sealer.seal(block).view();
      for (int k = 0; k < 100; k++) {
        byte[] line = RandomBlocks.line(block, random.nextInt(block.size()));
        int from = random.nextInt(line.length + 1);
        byte[] literal =
            Arrays.copyOfRange(line, from, from + random.nextInt(line.length - from + 1));
        assertThat(sealed.mayContain(literal))
            .as("seed %d, block %d, literal %s", seed, i, Arrays.toString(literal))
            .isTrue();
      }
    }
  }

  @Test
  void mayContain_absentWords_areMostlyDenied() {
    BlockView block = textBlock(2_000);

    assertThat(block.mayContain("OutOfMemoryError".getBytes(UTF_8))).isFalse();
    assertThat(block.mayContain("needle-7f3a9c52e1d84b60".getBytes(UTF_8))).isFalse();
    Random random = new Random(1);
    int passed = 0;
    for (int i = 0; i < 1_000; i++) {
      passed += block.mayContain(Long.toHexString(random.nextLong()).getBytes(UTF_8)) ? 1 : 0;
    }
    assertThat(passed).isLessThan(20);
  }

  @Test
  void mayContain_literalAcrossTwoLines_isNotThere() {
    byte[] lines = ("abcd".repeat(300) + "efgh".repeat(300)).getBytes(UTF_8);
    ColumnBlock block =
        ColumnBlock.of(
            2, new long[2], new int[] {0, 1200, 2400}, lines, new int[2], new MetadataTable());

    BlockView sealed = sealer.seal(block).view();

    assertThat(sealed.mayContain("cdabcd".getBytes(UTF_8))).isTrue();
    assertThat(sealed.mayContain("abcdefgh".getBytes(UTF_8))).isFalse();
  }

  @Test
  void mayContain_shortLiterals_pass() {
    BlockView block = textBlock(2_000);

    for (String literal : new String[] {"", "~", "~~", "~~~"}) {
      assertThat(block.mayContain(literal.getBytes(UTF_8))).isTrue();
    }
    assertThat(block.mayContain("~~~~".getBytes(UTF_8))).isFalse();
  }

  @Test
  void seal_smallBlock_hasNoFilterAndPassesEverything() {
    ColumnBlock block = new RandomBlocks(2).next(1);

    SealedBlock sealed = sealer.seal(block);

    assertThat(sealed.lineBytes()).isLessThan(SkipFilter.MIN_LINE_BYTES);
    assertThat(sealed.sizeBytes(Column.FILTER)).isZero();
    assertThat(sealed.view().mayContain("anything at all".getBytes(UTF_8))).isTrue();
  }

  private BlockView textBlock(int entries) {
    StringBuilder lines = new StringBuilder();
    int[] offsets = new int[entries + 1];
    for (int i = 0; i < entries; i++) {
      lines
          .append("level=info msg=\"request completed\" path=/api/v1/users/")
          .append(i * 37 % 5000);
      offsets[i + 1] = lines.length();
    }
    return sealer
        .seal(
            ColumnBlock.of(
                entries,
                new long[entries],
                offsets,
                lines.toString().getBytes(UTF_8),
                new int[entries],
                new MetadataTable()))
        .view();
  }
}

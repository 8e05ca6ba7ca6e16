package io.skald.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkFooterTest {
  private static final Labels LABELS = Labels.of("app", "web");

  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);

  @AfterEach
  void close() {
    sealer.close();
    decoder.close();
  }

  @Test
  void decode_encodedChunk_describesItsBlocks() {
    RandomBlocks blocks = new RandomBlocks(3);
    Chunk chunk = chunk(sealer.seal(blocks.next(100)), sealer.seal(blocks.next(100)));
    ChunkFooter.EncodedChunk encoded = ChunkFooter.encode(chunk);

    ChunkFooter footer = ChunkFooter.decode("o", 9, footer(encoded), columnBytes(encoded));

    assertThat(footer.chunkId()).isEqualTo(-7);
    assertThat(footer.fingerprint()).isEqualTo(Fingerprint.of(LABELS));
    assertThat(footer.blocks()).hasSize(2);
    int end = 0;
    for (Column column : Column.values()) {
      for (int i = 0; i < 2; i++) {
        var position = footer.blocks().get(i).position(column);
        assertThat(position.offset()).isEqualTo(end);
        assertThat(position.length()).isEqualTo(chunk.blocks().get(i).sizeBytes(column));
        end += position.length();
      }
    }
    assertThat(end).isEqualTo(columnBytes(encoded));
  }

  @Test
  void decode_unknownVersion_saysWhichOnesAreKnown() {
    ChunkFooter.EncodedChunk encoded = ChunkFooter.encode(chunk(block()));
    byte[] footer = footer(encoded);
    footer[4] = 4;

    assertThatThrownBy(() -> ChunkFooter.decode("t/a.pack", 9, footer, columnBytes(encoded)))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("t/a.pack")
        .hasMessageContaining("version 4 is unknown")
        .hasMessageContaining("knows versions 1 to 3");
  }

  @Test
  void decode_everyBitFlipAndTruncation_isDetected() {
    ChunkFooter.EncodedChunk encoded = ChunkFooter.encode(chunk(block(), block()));
    byte[] footer = footer(encoded);
    for (int bit = 0; bit < footer.length * 8; bit++) {
      byte[] damaged = footer.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(damaged, columnBytes(encoded));
    }
    for (int length = 0; length < footer.length; length++) {
      assertRefused(Arrays.copyOf(footer, length), columnBytes(encoded));
    }
    assertRefused(Arrays.copyOf(footer, footer.length + 1), columnBytes(encoded));
  }

  @Test
  void decode_otherLengthOfColumns_isRefused() {
    ChunkFooter.EncodedChunk encoded = ChunkFooter.encode(chunk(block()));

    assertRefused(footer(encoded), columnBytes(encoded) - 1);
    assertRefused(footer(encoded), columnBytes(encoded) + 1);
  }

  @Test
  void decode_lyingCountsWithARightChecksum_areRefused() {
    long tooMany = BlockLayout.MAX_ENTRIES + 1;
    assertRefused(footerOf(1, tooMany, 10, 0, 0), 0);
    assertRefused(footerOf(1, 0, 10, 0, 0), 0);
    assertRefused(footerOf(1, 1, BlockLayout.MAX_LINE_BYTES + 1L, 0, 0), 0);
    assertRefused(footerOf(1, 1, -1, 0, 0), 0);
    assertRefused(footerOf(1, 1, 10, Long.MAX_VALUE, 1), 0);
    assertRefused(footerOf(1, 1, 10, 0, -1), 0);
    assertRefused(footerOf(0, 1, 10, 0, 0), 0);
    assertRefused(footerOf(Integer.MAX_VALUE, 1, 10, 0, 0), 0);
    assertRefused(footerOf(-1, 1, 10, 0, 0), 0);
    assertThat(ChunkFooter.decode("o", 0, footerOf(1, 1, 10, 0, 0), 0).blocks()).hasSize(1);
  }

  private static byte[] footerOf(long blocks, long entries, long lineBytes, long first, long span) {
    SectionWriter out = new SectionWriter();
    out.writeInt('S' | 'K' << 8 | 'C' << 16 | 'F' << 24).writeByte(1);
    out.writeLong(1).writeLong(2).writeLong(3).writeVarLong(blocks);
    out.writeVarLong(entries).writeVarLong(lineBytes).writeLong(first).writeVarLong(span);
    for (int i = 0; i < Column.COUNT; i++) {
      out.writeByte(0).writeVarLong(0).writeInt(0);
    }
    return out.writeCrc().toByteArray();
  }

  private static void assertRefused(byte[] footer, int columnBytes) {
    assertThatThrownBy(() -> ChunkFooter.decode("t/a.pack", 9, footer, columnBytes))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("t/a.pack")
        .hasMessageContaining("offset 9");
  }

  private SealedBlock block() {
    return sealer.seal(new RandomBlocks(5).next(20));
  }

  private static Chunk chunk(SealedBlock... blocks) {
    return new Chunk(-7, LABELS, Fingerprint.of(LABELS), List.of(blocks));
  }

  private static byte[] footer(ChunkFooter.EncodedChunk encoded) {
    return encoded.footer();
  }

  private static int columnBytes(ChunkFooter.EncodedChunk encoded) {
    return encoded.length() - encoded.footer().length;
  }
}

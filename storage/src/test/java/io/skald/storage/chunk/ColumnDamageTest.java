package io.skald.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What decoders do with bytes whose checksum is right and whose content is not. */
class ColumnDamageTest {
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);

  @AfterEach
  void close() {
    sealer.close();
    decoder.close();
  }

  @Test
  void decode_mutatedColumns_areRefusedOrHaveTheRightShape() {
    long seed = 31;
    Random random = new Random(seed);
    RandomBlocks blocks = new RandomBlocks(seed);
    int refused = 0;
    for (int i = 0; i < 40_000; i++) {
      SealedBlock block = sealer.seal(blocks.next(30));
      Map<Column, Section> sections = sections(block);
      Column column = Column.values()[random.nextInt(Column.COUNT)];
      sections.computeIfPresent(column, (_, section) -> mutate(section, random));
      BlockView view =
          new LazyBlock(
              new BlockLayout(
                  block.entries(),
                  block.lineBytes(),
                  0,
                  block.minTimestamp(),
                  block.maxTimestamp()),
              new Sections(sections),
              decoder);
      try {
        read(view);
      } catch (CorruptChunkException expected) {
        assertThat(expected).hasMessageContaining("an object").hasMessageContaining(column.name());
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }

  @Test
  void decode_lyingCounts_takeLittleMemory() {
    SealedBlock block = sealer.seal(new RandomBlocks(8).next(30));
    Sections sections = new Sections(sections(block));
    BlockLayout lying =
        new BlockLayout(
            BlockLayout.MAX_ENTRIES,
            BlockLayout.MAX_LINE_BYTES,
            0,
            block.minTimestamp(),
            block.maxTimestamp());
    BlockView view = new LazyBlock(lying, sections, decoder);

    assertThatThrownBy(view::timestamps).isInstanceOf(CorruptChunkException.class);
    assertThatThrownBy(view::lineOffsets).isInstanceOf(CorruptChunkException.class);
    long before = allocated();
    assertThatThrownBy(view::lines).isInstanceOf(CorruptChunkException.class);
    assertThat(allocated() - before).isLessThan(1 << 20);
  }

  @Test
  void decode_smallFrameThatPromisesMuch_isRefusedBeforeMemoryIsTaken() {
    // A frame header: magic, single segment with an 8-byte size of 256 MiB, an empty last block.
    byte[] frame = {
      0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0, 0, 0, 0, 0x10, 0, 0, 0, 0, 1, 0, 0
    };
    BlockLayout layout = new BlockLayout(1, 1 << 28, 0, 0, 0);
    Section section = new Section("an object", "LINES", 0, LineColumn.PLAIN, frame);

    long before = allocated();
    assertThatThrownBy(() -> decoder.lines(layout, section))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("cannot hold " + (1 << 28));
    assertThat(allocated() - before).isLessThan(1 << 20);
  }

  @Test
  void decode_unknownEncoding_saysSo() {
    BlockLayout layout = new BlockLayout(2, 5, 0, 0, 1);
    for (Column column : Column.values()) {
      Section section = new Section("an object", column.name(), 9, 99, new byte[4]);
      assertThatThrownBy(() -> decode(layout, column, section))
          .isInstanceOf(CorruptChunkException.class)
          .hasMessageContaining("encoding 99 is unknown");
    }
  }

  private Object decode(BlockLayout layout, Column column, Section section) {
    return switch (column) {
      case TIMESTAMPS -> decoder.timestamps(layout, section);
      case METADATA -> decoder.metadata(layout, section);
      case FILTER -> decoder.filter(section);
      case LENGTHS -> decoder.lineOffsets(layout, section);
      case LINES -> decoder.lines(layout, section);
    };
  }

  private static long allocated() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private static Section mutate(Section section, Random random) {
    byte[] bytes = section.bytes().clone();
    int encoding = section.encoding();
    switch (random.nextInt(6)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(20));
      case 2 -> encoding = random.nextInt(20);
      default -> {
        for (int flips = 1 + random.nextInt(4); flips > 0 && bytes.length > 0; flips--) {
          // Lengths stand in front.
          int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(8, bytes.length));
          bytes[at] = (byte) random.nextInt();
        }
      }
    }
    return new Section(section.object(), section.name(), section.offset(), encoding, bytes);
  }

  private static void read(BlockView view) {
    int size = view.size();
    assertThat(view.timestamps()).hasSize(size).isSorted();
    assertThat(view.lineOffsets()).hasSize(size + 1).isSorted();
    assertThat(view.lineOffsets()[size]).isEqualTo((int) view.lineBytes());
    assertThat(view.lines().length).isGreaterThanOrEqualTo((int) view.lineBytes());
    LineTemplates templates = view.templates();
    if (templates != null) {
      assertThat(templates.lines(new int[] {size - 1}, 1, null).offsets()).hasSize(2).isSorted();
    }
    for (int id : view.metadataIds()) {
      assertThat(view.metadata().get(id)).isNotNull();
    }
    view.mayContain(new byte[] {1, 2, 3, 4, 5});
  }

  private static Map<Column, Section> sections(SealedBlock block) {
    Map<Column, Section> sections = new EnumMap<>(Column.class);
    for (Column column : Column.values()) {
      EncodedColumn encoded = block.encoded(column);
      sections.put(
          column, new Section("an object", column.name(), 5, encoded.encoding(), encoded.bytes()));
    }
    return sections;
  }

  private record Sections(Map<Column, Section> sections) implements LazyBlock.ColumnLoader {
    @Override
    public <T> T load(Column column, Function<Section, T> decode) {
      return decode.apply(Objects.requireNonNull(sections.get(column)));
    }
  }
}

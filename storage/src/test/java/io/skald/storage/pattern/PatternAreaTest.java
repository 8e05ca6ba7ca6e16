package io.skald.storage.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.pack.PackReader;
import io.skald.storage.pack.PackWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PatternAreaTest {
  private static final Labels LABELS = Labels.of("app", "winch");

  private final ColumnDecoder decoder = new ColumnDecoder();
  private final InMemoryObjectStore store = new InMemoryObjectStore();

  @AfterEach
  void close() {
    decoder.close();
  }

  /** Two patterns that are stored as they are, and more that are worth compressing. */
  static List<List<PatternSamples>> content() {
    PatternSamples small =
        new PatternSamples("größe=<_>", "info", new long[] {-20, 10, 500}, new long[] {1, 2, 300});
    PatternSamples other = new PatternSamples("x", "", new long[] {7}, new long[] {1L << 40});
    List<PatternSamples> many = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long[] seconds = new long[100];
      long[] counts = new long[100];
      Arrays.setAll(seconds, at -> 1_795_000_000L + 10L * at);
      Arrays.fill(counts, i + 1);
      many.add(new PatternSamples("level=warn word" + i + " took <_>", "warn", seconds, counts));
    }
    return List.of(List.of(small, other), many, List.of());
  }

  private static byte[] area(List<List<PatternSamples>> content) {
    try (PatternArea.Builder builder = new PatternArea.Builder()) {
      for (int i = 0; i < content.size(); i++) {
        builder.add(i + 1, content.get(i));
      }
      return builder.build();
    }
  }

  private List<ChunkRef> pack(int chunks, byte[] annex) {
    List<Chunk> written = new ArrayList<>();
    try (BlockSealer sealer = new BlockSealer(decoder)) {
      for (int i = 0; i < chunks; i++) {
        written.add(
            new Chunk(
                i + 1,
                LABELS,
                Fingerprint.of(LABELS),
                List.of(sealer.seal(Lines.block(List.of("line"))))));
      }
    }
    return new PackWriter(store, Clock.system(), new Random(1))
        .write(new TenantId("t"), written, annex)
        .refs();
  }

  private static void assertSame(List<PatternSamples> actual, List<PatternSamples> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).pattern()).isEqualTo(expected.get(i).pattern());
      assertThat(actual.get(i).level()).isEqualTo(expected.get(i).level());
      assertThat(actual.get(i).seconds()).containsExactly(expected.get(i).seconds());
      assertThat(actual.get(i).counts()).containsExactly(expected.get(i).counts());
    }
  }

  private PatternReader reader() {
    return new PatternReader(store, decoder, 1 << 20);
  }

  @Test
  void read_whatWasWritten_isTheSame() {
    List<ChunkRef> refs = pack(4, area(content()));

    PatternReader reader = reader();

    for (int i = 0; i < 3; i++) {
      assertSame(reader.patterns(refs.get(i)), content().get(i));
    }
    assertThat(reader.patterns(refs.get(3))).as("a chunk without patterns").isEmpty();
    assertThat(new PackReader(store).directory(refs.getFirst().packKey()).chunks())
        .as("the pack itself")
        .hasSize(4);
  }

  @Test
  void read_packWithoutArea_hasNone() {
    assertThat(reader().patterns(pack(1, new byte[0]).getFirst())).isEmpty();
  }

  @Test
  void read_goldenVersion1_givesWhatWasWritten() throws Exception {
    try (var golden =
        Objects.requireNonNull(getClass().getResourceAsStream("/golden/patterns-v1.area"))) {
      List<ChunkRef> refs = pack(3, golden.readAllBytes());
      PatternReader reader = reader();
      for (int i = 0; i < 3; i++) {
        assertSame(reader.patterns(refs.get(i)), content().get(i));
      }
    }
  }

  @Test
  void read_anyFlippedBit_isReported() {
    byte[] area = area(content().subList(0, 1));
    ChunkRef ref = pack(1, area).getFirst();
    String key = ref.packKey();
    byte[] whole = store.read(key);
    int from = (int) ref.mainEnd();
    for (int at = from; at < from + area.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] damaged = whole.clone();
        damaged[at] ^= (byte) (1 << bit);
        store.put(key, List.of(ByteBuffer.wrap(damaged)));
        assertThatThrownBy(() -> reader().patterns(ref))
            .as("byte %d bit %d", at - from, bit)
            .isInstanceOf(CorruptChunkException.class);
      }
    }
  }

  @Test
  void read_unknownVersion_isRefused() {
    byte[] area = area(content());
    ByteBuffer trailer = ByteBuffer.wrap(area).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int start = area.length - PatternArea.TRAILER_LENGTH;
    area[start + 16] = 2;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(area, start, 17);
    trailer.putInt(start + 17, (int) crc.getValue());

    assertThatThrownBy(() -> reader().patterns(pack(1, area).getFirst()))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("version 2 is unknown");
  }

  @Test
  void withoutNumbers_pattern_variesInAllOfThem() {
    LineTokens tokens = new LineTokens(1000);
    assertThat(PatternText.withoutNumbers("a1 <_> b/2.3/c <_>", tokens))
        .isEqualTo("<_> <_> b/<_> <_>");
    byte[] line = "plain".getBytes(StandardCharsets.UTF_8);
    tokens.scan(line, 0, line.length);
    assertThat(tokens.count).isEqualTo(1);
  }
}

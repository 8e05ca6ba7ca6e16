package io.skald.agent.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.ReceivedEntries;
import io.skald.agent.ReceivedEntries.DecodedStream;
import io.skald.agent.ReceivedEntries.Entry;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest {
  @Test
  void assemble_oneEntry_isThisProtobuf() {
    Batch batch = new Batch(100);
    batch.stream("{a=\"b\"}");
    append(batch, 3_000_000_005L, "hi");

    assertThat(assemble(batch))
        .isEqualTo(
            bytes(
                "\n\u0015" // stream, 21 bytes
                    + "\n\u0007{a=\"b\"}"
                    + "\u0012\n" // entry, 10 bytes
                    + "\n\u0004\u0008\u0003\u0010\u0005" // timestamp 3 s 5 ns
                    + "\u0012\u0002hi"));
  }

  @Test
  void entry_streamBeyondTheLimit_isRefusedUntilTheNextBatch() {
    BatchAssembler assembler =
        new BatchAssembler(
            new Handover(1000, 2000), Clock.system(), Long.MIN_VALUE, 1000, 1_000_000_000, 2);

    assertThat(take(assembler, "", "{l=\"a\"}")).isTrue();
    assertThat(take(assembler, "", "{l=\"b\"}")).isTrue();
    assertThat(take(assembler, "", "{l=\"c\"}")).isFalse();
    assertThat(take(assembler, "", "{l=\"a\"}")).isTrue();
    assertThat(take(assembler, "other", "{l=\"c\"}")).isTrue();
    assembler.close();
    assertThat(take(assembler, "", "{l=\"c\"}")).isTrue();
  }

  private static boolean take(BatchAssembler assembler, String tenant, String labels) {
    return assembler.entry(tenant, labels, 1, new byte[1], 0, 1, Labels.EMPTY, () -> null);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void assemble_randomEntries_decodesToTheSame(long seed) {
    Random random = new Random(seed);
    Batch batch = new Batch(1000);
    for (int round = 0; round < 3; round++) {
      batch.clear();
      Map<String, List<Entry>> expected = fill(batch, random);
      Map<String, List<Entry>> decoded = new LinkedHashMap<>();
      for (DecodedStream stream : ReceivedEntries.decodeRaw(assemble(batch))) {
        assertThat(decoded.put(stream.labels(), stream.entries())).as("seed %d", seed).isNull();
      }
      assertThat(decoded).as("seed %d", seed).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void halves_againAndAgain_keepEveryEntryInOrder(long seed) {
    Batch batch = new Batch(1000);
    fill(batch, new Random(seed));
    byte[] body = assemble(batch);
    List<byte[]> single = new ArrayList<>();
    split(body, single);

    assertThat(single).hasSize(batch.entries()).hasSize(BodySplitter.entries(body));
    assertThat(entries(single)).as("seed %d", seed).isEqualTo(entries(List.of(body)));
  }

  @Test
  void snappy_roundTrip() throws IOException {
    byte[] body = "abcabcabc".repeat(1000).getBytes(StandardCharsets.UTF_8);
    SnappyBlock snappy = new SnappyBlock();

    byte[] compressed = snappy.compress(body, body.length);

    assertThat(compressed.length).isLessThan(body.length);
    assertThat(SnappyBlock.uncompress(compressed)).isEqualTo(body);
  }

  private static void split(byte[] body, List<byte[]> out) {
    if (BodySplitter.entries(body) == 1) {
      out.add(body);
      return;
    }
    for (byte[] half : BodySplitter.halves(body)) {
      split(half, out);
    }
  }

  private static List<String> entries(List<byte[]> bodies) {
    List<String> all = new ArrayList<>();
    for (byte[] body : bodies) {
      for (DecodedStream stream : ReceivedEntries.decodeRaw(body)) {
        stream.entries().forEach(entry -> all.add(stream.labels() + entry));
      }
    }
    return all;
  }

  private static Map<String, List<Entry>> fill(Batch batch, Random random) {
    Map<String, List<Entry>> expected = new LinkedHashMap<>();
    long timestamp = random.nextInt(5) * 1_000_000_000L;
    for (int i = 0; i < 200; i++) {
      String labels = "{job=\"" + "é".repeat(random.nextInt(3)) + random.nextInt(5) + "\"}";
      byte[] line = new byte[random.nextInt(random.nextInt(10) == 0 ? 40_000 : 60)];
      random.nextBytes(line);
      timestamp += random.nextInt(3) == 0 ? 999_999_999 : 1;
      batch.stream(labels);
      batch.append(timestamp, line, 0, line.length);
      expected
          .computeIfAbsent(labels, _ -> new ArrayList<>())
          .add(new Entry(timestamp, new String(line, StandardCharsets.ISO_8859_1)));
    }
    return expected;
  }

  private static void append(Batch batch, long timestamp, String line) {
    byte[] bytes = bytes("..." + line);
    batch.append(timestamp, bytes, 3, bytes.length - 3);
  }

  private static byte[] assemble(Batch batch) {
    ProtobufBytes out = new ProtobufBytes(16);
    batch.assemble(out);
    return Arrays.copyOf(out.array(), out.length());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}

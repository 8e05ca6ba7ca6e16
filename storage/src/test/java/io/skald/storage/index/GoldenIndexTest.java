package io.skald.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keys and values of version 1 stay what they are: indexes that were written hold them. */
final class GoldenIndexTest {
  private static final byte[] DAY = IndexKeys.day(20_477, new TenantId("t-1"));
  private static final Fingerprint STREAM = new Fingerprint(0x0123456789abcdefL, -2);
  private static final ChunkRef CHUNK = chunk(0, 0, 0);

  private static ChunkRef chunk(long linesOffset, int linesLength, long metadataBytes) {
    return new ChunkRef(
        0xC0FFEE,
        "t-1/packs/20260124/a.pack",
        5,
        300,
        70,
        linesOffset,
        linesLength,
        -5,
        1_000_000_007L,
        300,
        4096,
        metadataBytes,
        2);
  }

  @Test
  void series_version1_isWrittenAndReadAsEver() {
    Labels labels = Labels.of("app", "größe", "env", "dev");

    assertHex(
        IndexKeys.withFingerprint(IndexKeys.kind(DAY, IndexKeys.SERIES), STREAM),
        "0180004ffd03742d31010123456789abcdeffffffffffffffffe");
    String value = "0203617070076772c3b6c39f6503656e7603646576";
    assertHex(IndexValues.series(labels), value);
    assertThat(IndexValues.readSeries(HexFormat.of().parseHex(value))).isEqualTo(labels);
  }

  @Test
  void posting_version1_isWrittenAsEver() {
    byte[] name = IndexKeys.name(IndexKeys.kind(DAY, IndexKeys.POSTING), "app");

    assertHex(
        IndexKeys.withFingerprint(IndexKeys.value(name, "x"), STREAM),
        "0180004ffd03742d3102" + "0003617070" + "0000000178" + "0123456789abcdeffffffffffffffffe");
  }

  @Test
  void chunk_version1_isWrittenAndReadAsEver() {
    byte[] stream = IndexKeys.withFingerprint(IndexKeys.kind(DAY, IndexKeys.CHUNK), STREAM);
    String key =
        "0180004ffd03742d3103"
            + "0123456789abcdeffffffffffffffffe"
            + "800000003b9aca077ffffffffffffffb0000000000c0ffee";
    String value =
        HexFormat.of()
                .formatHex("\u0019t-1/packs/20260124/a.pack".getBytes(StandardCharsets.US_ASCII))
            + "05ac0246ac02802002";

    assertHex(
        IndexKeys.chunk(stream, CHUNK.maxTimestamp(), CHUNK.minTimestamp(), CHUNK.chunkId()), key);
    assertHex(IndexValues.chunk(CHUNK), value);
    assertThat(
            IndexValues.readChunk(
                HexFormat.of().parseHex(key), stream.length, HexFormat.of().parseHex(value)))
        .isEqualTo(CHUNK);
  }

  @Test
  void chunk_withLinesApartAndMetadata_hasThemBehind() {
    String value = HexFormat.of().formatHex(IndexValues.chunk(CHUNK));

    assertHex(IndexValues.chunk(chunk(200, 9, 0)), value + "c80109");
    assertHex(IndexValues.chunk(chunk(200, 9, 300)), value + "c80109" + "ac02");
    assertHex(IndexValues.chunk(chunk(0, 0, 1)), value + "0000" + "01");
    byte[] key = new byte[3 * Long.BYTES];
    for (ChunkRef ref : List.of(chunk(200, 9, 0), chunk(200, 9, 300), chunk(0, 0, 1))) {
      ChunkRef read = IndexValues.readChunk(key, 0, IndexValues.chunk(ref));
      assertThat(read.linesLength()).isEqualTo(ref.linesLength());
      assertThat(read.metadataBytes()).isEqualTo(ref.metadataBytes());
    }
  }

  private static void assertHex(byte[] actual, String expected) {
    assertThat(HexFormat.of().formatHex(actual)).isEqualTo(expected);
  }
}

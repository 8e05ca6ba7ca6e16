package io.skald.common.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.push.PushDecoder.Dialect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushDecoderTest {
  private static final long MAX_BYTES = 1 << 20;
  private static final String JSON = "{\"streams\":[{\"values\":[[\"1\",\"x\"]]}]}";

  private final DecodeBudget budget = new DecodeBudget(Long.MAX_VALUE, "none");
  private final PushDecoder decoder = new PushDecoder(MAX_BYTES, 100_000);

  private DecodedPush decode(String type, String coding, byte[] body) {
    return decoder.decode(type, coding, body, Dialect.CURRENT, budget.lease());
  }

  private static byte[] request() {
    return WireWriter.stream("{a=\"1\"}", s -> s.entry(1, "one", "k", "v").entry(2, "two"))
        .toSnappy();
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] deflate(byte[] body, boolean raw) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, raw);
    deflater.setInput(body);
    deflater.finish();
    byte[] out = new byte[body.length + 100];
    int length = deflater.deflate(out);
    deflater.end();
    return Arrays.copyOf(out, length);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, int status, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(PushDecodeException.class)
        .hasMessage(message)
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "application/json;",
        "application/json; charset=utf-8",
        "Application/JSON ; charset=\"",
      })
  void decode_jsonType_readsJson(String type) {
    assertThat(decode(type, "", JSON.getBytes(UTF_8)).entryCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/x-protobuf", "text/plain", "application/octet-stream", "json"})
  void decode_anyOtherType_readsProtobuf(String type) {
    assertThat(decode(type, "", request()).entryCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|mime: no media type",
        ";charset=x|mime: no media type",
        "application/|mime: expected token after slash",
        "a b|mime: expected slash after first token",
        "a/b c|mime: unexpected content after media subtype",
      })
  void decode_badType_isRefused(String type, String message) {
    assertRefused(() -> decode(type, "", request()), 400, message);
  }

  @Test
  void decode_noType_isRefused() {
    assertRefused(
        () -> decoder.decode(null, null, request(), Dialect.CURRENT, budget.lease()),
        400,
        "mime: no media type");
  }

  @Test
  void decode_codings_areUndone() {
    byte[] json = JSON.getBytes(UTF_8);

    assertThat(decode("application/json", "gzip", gzip(json)).entryCount()).isEqualTo(1);
    assertThat(decode("application/json", "deflate", deflate(json, true)).entryCount())
        .isEqualTo(1);
    assertThat(decode("application/x-protobuf", "snappy", request()).entryCount()).isEqualTo(2);
    assertThat(decode("application/x-protobuf", "gzip", gzip(request())).entryCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "identity", "zstd"})
  void decode_otherCoding_isRefused(String coding) {
    assertRefused(
        () -> decode("application/json", coding, JSON.getBytes(UTF_8)),
        400,
        "Content-Encoding \"" + coding + "\" not supported");
  }

  @Test
  void decode_damagedCodings_areRefused() {
    byte[] json = JSON.getBytes(UTF_8);
    byte[] zipped = gzip(json);

    assertRefused(() -> decode("application/json", "gzip", json), 400, "gzip: invalid header");
    assertRefused(
        () -> decode("application/json", "gzip", Arrays.copyOf(zipped, zipped.length - 9)),
        400,
        "unexpected EOF");
    assertRefused(() -> decode("application/json", "deflate", deflate(json, false)), 400, "EOF");
  }

  @Test
  void decode_gzipBomb_stopsAtTheCap() {
    byte[] bomb = gzip(new byte[64 << 20]);

    assertThatThrownBy(() -> decode("application/json", "gzip", bomb))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("request body too large")
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(413);
  }

  @Test
  void decode_snappyThatDeclaresTooMuch_isRefusedBeforeDecoding() {
    byte[] lie = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x04, 0};

    assertRefused(
        () -> decode("application/x-protobuf", "", lie),
        413,
        "request body too large: message size too large than max (1073741824 vs 1048576)");
  }

  @Test
  void decode_snappyThatDeclaresMoreThanItCanHold_isRefused() {
    byte[] lie = {(byte) 0x80, (byte) 0x80, 0x20, 0};

    assertRefused(() -> decode("application/x-protobuf", "", lie), 400, "snappy: corrupt input");
  }

  @Test
  void decode_everyTruncationOfSnappy_isRefused() {
    byte[] body = request();

    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertRefused(() -> decode("application/x-protobuf", "", cut), 400, "snappy: corrupt input");
    }
  }

  @Test
  void decode_beyondTheBudget_isRefusedUntilOthersAreDone() {
    byte[] body = WireWriter.stream("{a=\"1\"}", s -> s.entry(1, "x".repeat(1000))).toSnappy();
    DecodeBudget small = new DecodeBudget(2000, "distributor.max_inflight_decoded_bytes");
    DecodeBudget.Lease first = small.lease();
    decoder.decode("x/y", "", body, Dialect.CURRENT, first);

    DecodeBudget.Lease second = small.lease();
    assertThatThrownBy(() -> decoder.decode("x/y", "", body, Dialect.CURRENT, second))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("max_inflight_decoded_bytes")
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(503);

    first.close();
    assertThat(decoder.decode("x/y", "", body, Dialect.CURRENT, second).entryCount()).isEqualTo(1);
  }

  @Test
  void decode_notSnappy_isRefused() {
    assertRefused(
        () -> decode("text/plain", "", JSON.getBytes(UTF_8)), 400, "snappy: corrupt input");
  }

  @Test
  void decode_emptySnappyBlock_hasNoStreams() {
    assertThat(decode("application/x-protobuf", "", new byte[1]).streamCount()).isZero();
  }

  /** Damaged bodies end in an answer, never in another exception. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void decode_randomMutations_readOrRefuse(long seed) {
    Random random = new Random(seed);
    byte[] message =
        WireWriter.stream("{a=\"1\"}", s -> s.entry(1, "one", "k", "v").entry(2, "two")).toBytes();
    byte[] json =
        "{\"streams\":[{\"stream\":{\"a\":\"1\"},\"values\":[[\"1\",\"x\\u00e9\",{\"k\":\"v\"}]]}]}"
            .getBytes(UTF_8);
    int refused = 0;
    for (int round = 0; round < 5_000; round++) {
      refused += reads(() -> ProtobufReader.read(mutate(random, message), 1000)) ? 0 : 1;
      refused += reads(() -> JsonPushReader.read(mutate(random, json), 1000)) ? 0 : 1;
      refused += reads(() -> LegacyJsonPushReader.read(mutate(random, json), 1000)) ? 0 : 1;
      refused += reads(() -> decode("x/y", "", mutate(random, request()))) ? 0 : 1;
      refused += reads(() -> decode("x/y", "gzip", mutate(random, gzip(message)))) ? 0 : 1;
    }
    assertThat(refused).as("seed %s", seed).isPositive();
  }

  private static byte[] mutate(Random random, byte[] valid) {
    byte[] body = valid.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(body, random.nextInt(body.length)) : body;
  }

  private static boolean reads(Runnable read) {
    try {
      read.run();
      return true;
    } catch (PushDecodeException e) {
      return false;
    }
  }
}

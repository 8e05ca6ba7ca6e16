package io.skald.common.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProtobufReaderTest {
  private static final int MAX_ROWS = 1000;

  private static List<String> read(WireWriter request) {
    return Decoded.print(ProtobufReader.read(request.toBytes(), MAX_ROWS));
  }

  @Test
  void read_twoStreams_keepsLabelsEntriesAndMetadata() {
    WireWriter request =
        WireWriter.stream(
                "{a=\"1\"}", s -> s.entry(1, "one").entry(2_000_000_003L, "two", "k", "v", "l", ""))
            .append(WireWriter.stream("{b=\"2\"}", s -> s.entry(3, "")));

    assertThat(read(request))
        .containsExactly("{a=\"1\"} 1:one 2000000003:two{k=v}{l=}", "{b=\"2\"} 3:");
  }

  @Test
  void read_fieldsInReverseOrder_readsTheSame() {
    WireWriter request =
        new WireWriter()
            .message(
                1,
                stream ->
                    stream
                        .message(
                            2,
                            entry ->
                                entry
                                    .message(3, pair -> pair.text(2, "v").text(1, "k"))
                                    .text(2, "line")
                                    .message(1, time -> time.varint(2, 7).varint(1, 5)))
                        .text(1, "{a=\"1\"}"));

    assertThat(read(request)).containsExactly("{a=\"1\"} 5000000007:line{k=v}");
  }

  @Test
  void read_unknownFieldsOfEveryWireType_areSteppedOver() {
    WireWriter request =
        new WireWriter()
            .text(2, "loki")
            .varint(9, Long.MIN_VALUE)
            .message(
                1,
                stream ->
                    stream
                        .text(1, "{a=\"1\"}")
                        .varint(3, -1)
                        .append(0x39, 1, 2, 3, 4, 5, 6, 7, 8)
                        .append(0x3D, 1, 2, 3, 4)
                        .message(
                            2,
                            entry ->
                                entry
                                    .message(1, time -> time.varint(1, 1).varint(15, 3))
                                    .text(2, "x")
                                    .message(4, pair -> pair.text(1, "parsed").text(2, "no"))
                                    .text(5000, "far"))
                        .entry(2, "y"));

    assertThat(read(request)).containsExactly("{a=\"1\"} 1000000000:x 2:y");
  }

  @Test
  void read_emptyBody_hasNoStreams() {
    assertThat(read(new WireWriter())).isEmpty();
  }

  @Test
  void read_lineOfTwentyMegabytes_isNotCopied() {
    byte[] line = new byte[20 << 20];
    byte[] body = WireWriter.stream("{a=\"1\"}", s -> s.entry(1, line)).toBytes();

    DecodedPush push = ProtobufReader.read(body, MAX_ROWS);

    assertThat(push.area()).isSameAs(body);
    assertThat(push.lineLength(0)).isEqualTo(line.length);
  }

  @Test
  void read_invalidUtf8AndNulInLine_keepsBytes() {
    byte[] line = {'a', 0, (byte) 0xFF, (byte) 0xC3, 'z'};
    byte[] body = WireWriter.stream("{a=\"1\"}", s -> s.entry(1, line)).toBytes();

    DecodedPush push = ProtobufReader.read(body, MAX_ROWS);

    int start = push.lineStart(0);
    assertThat(java.util.Arrays.copyOfRange(push.area(), start, start + push.lineLength(0)))
        .isEqualTo(line);
  }

  static Stream<Arguments> timestamps() {
    return Stream.of(
        Arguments.of(0, 0, 0L),
        Arguments.of(-1, 5, -999_999_995L),
        Arguments.of(4_102_444_800L, 999_999_999, 4_102_444_800_999_999_999L),
        Arguments.of(Long.MAX_VALUE, 0, Long.MAX_VALUE),
        Arguments.of(Long.MIN_VALUE, 0, Long.MIN_VALUE));
  }

  @ParameterizedTest
  @MethodSource("timestamps")
  void read_timestamp_endsInsideALong(long seconds, long nanos, long expected) {
    WireWriter request =
        new WireWriter()
            .message(
                1,
                s -> s.message(2, e -> e.message(1, t -> t.varint(1, seconds).varint(2, nanos))));

    assertThat(ProtobufReader.read(request.toBytes(), MAX_ROWS).timestamp(0)).isEqualTo(expected);
  }

  static Stream<Arguments> damaged() {
    return Stream.of(
        Arguments.of("truncated tag", new WireWriter().append(0x8A)),
        Arguments.of("tag without length", new WireWriter().append(0x0A)),
        Arguments.of("length beyond the end", new WireWriter().append(0x0A, 0x05, 0x0A)),
        Arguments.of("length of 2 GiB", new WireWriter().append(0x0A).raw(1L << 31)),
        Arguments.of("negative length", new WireWriter().append(0x0A).raw(-1)),
        Arguments.of(
            "number of 11 bytes",
            new WireWriter()
                .append(0x48, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1)),
        Arguments.of("field 0", new WireWriter().append(0x02, 0x00)),
        Arguments.of("group", new WireWriter().append(0x4B)),
        Arguments.of("wire type 7", new WireWriter().append(0x4F)),
        Arguments.of("fixed64 cut off", new WireWriter().append(0x49, 1, 2)),
        Arguments.of(
            "inner length beyond its message",
            new WireWriter().message(1, s -> s.append(0x12, 0x20)).text(2, "x".repeat(40))),
        Arguments.of(
            "nanoseconds of more than a second",
            new WireWriter()
                .message(1, s -> s.message(2, e -> e.message(1, t -> t.varint(2, 1_000_000_000))))),
        Arguments.of(
            "negative nanoseconds",
            new WireWriter()
                .message(1, s -> s.message(2, e -> e.message(1, t -> t.varint(2, -1))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void read_damagedBody_saysSo(String what, WireWriter body) {
    assertThatThrownBy(() -> read(body))
        .as(what)
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("not valid protobuf")
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(400);
  }

  @Test
  void read_moreRowsThanAllowed_isRefusedWith413() {
    WireWriter request = new WireWriter();
    request.message(
        1,
        stream -> {
          for (int i = 0; i < MAX_ROWS; i++) {
            stream.bytes(2, new byte[0]);
          }
        });

    assertThatThrownBy(() -> read(request))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("more than 1000 streams, entries and metadata pairs")
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(413);
  }

  @Test
  void read_manyEntries_growsColumns() {
    WireWriter request =
        WireWriter.stream(
            "{}",
            s -> {
              for (int i = 0; i < 900; i++) {
                s.entry(i, Integer.toString(i).getBytes(UTF_8));
              }
            });

    DecodedPush push = ProtobufReader.read(request.toBytes(), MAX_ROWS);

    assertThat(push.entryCount()).isEqualTo(900);
    assertThat(push.timestamp(899)).isEqualTo(899);
    assertThat(push.lineLength(899)).isEqualTo(3);
  }
}

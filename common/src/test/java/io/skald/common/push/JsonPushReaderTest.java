package io.skald.common.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPushReaderTest {
  private static final int MAX_ROWS = 20_000;

  private static List<String> read(String body) {
    return Decoded.print(JsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS));
  }

  private static String stream(String content) {
    return "{\"streams\":[" + content + "]}";
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          {"stream":{"b":"2","a":"1"},"values":[["5","x"]]}    -> {a="1", b="2"} 5:x
          {"values":[["5","x"]],"stream":{"a":"1"}}            -> {a="1"} 5:x
          {"stream":{"a":5,"b":true},"values":[["5","x"]]}     -> {a="5", b="true"} 5:x
          {"stream":{"a":"1","a":"2"},"values":[["5","x"]]}    -> {a="2"} 5:x
          {"stream":{"a":""},"values":[["5","x"]]}             -> {a=""} 5:x
          {"stream":{"a":"q\\"\\\\"},"values":[["5","x"]]}     -> {a="q\\"\\\\"} 5:x
          {"stream":{},"values":[["5","x"]]}                   -> {} 5:x
          {"stream":null,"values":[["5","x"]]}                 -> {} 5:x
          {"stream":{},"values":[["5"]]}                       -> {} 5:
          {"stream":{},"values":[["-5","x"]]}                  -> {} -5:x
          {"stream":{},"values":[["5","x",{"k":"v","l":""}]]}  -> {} 5:x{k=v}{l=}
          {"stream":{},"values":[["5","x",{}]]}                -> {} 5:x
          {"stream":{},"values":[["5","x",null]]}              -> {} 5:x
          {"stream":{},"values":[["5","x",{},7,[1]]]}          -> {} 5:x
          {"stream":{},"values":[null,["5","x"],null]}         -> {} 5:x
          {"stream":{},"values":[]}                            -> {}
          {"stream":{},"values":null}                          -> {}
          {"stream":{}}                                        -> {}
          {"z":[{"y":[1.5e-3,"\\"",null]}],"values":[["5","x"]]} -> {} 5:x
          {"stream":{},"values":[["5","\\u00e9\\u2693\\ud83d\\ude80"]]} -> {} 5:é⚓🚀
          {"stream":{},"values":[["5","\\ud83dx\\ude80"]]}     -> {} 5:\uFFFDx\uFFFD
          {"stream":{},"values":[["5","a\\/b\\"c\\\\d"]]}      -> {} 5:a/b"c\\d
          """)
  void read_oneStream_printsSo(String content, String expected) {
    assertThat(read(stream(content))).containsExactly(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "null",
        "{\"streams\":[]}",
        "{\"streams\":null}",
        "{\"streams\":[null]}",
        " {\"x\":1} "
      })
  void read_noStreams_isEmpty(String body) {
    assertThat(read(body)).isEmpty();
  }

  @Test
  void read_controlEscapes_becomeBytes() {
    String body = stream("{\"values\":[[\"1\",\"\\b\\f\\n\\r\\t\\u0000\"]]}");

    DecodedPush push = JsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS);

    assertThat(Arrays.copyOfRange(push.area(), push.lineStart(0), push.lineStart(0) + 6))
        .isEqualTo(new byte[] {8, 12, 10, 13, 9, 0});
  }

  @Test
  void read_invalidUtf8InLine_keepsBytes() {
    byte[] body = stream("{\"values\":[[\"1\",\"a?b\"]]}").getBytes(UTF_8);
    int mark = new String(body, UTF_8).indexOf('?');
    body[mark] = (byte) 0xFF;

    DecodedPush push = JsonPushReader.read(body, MAX_ROWS);

    assertThat(push.lineLength(0)).isEqualTo(3);
    assertThat(push.area()[push.lineStart(0) + 1]).isEqualTo((byte) 0xFF);
  }

  @Test
  void read_lineOfTwentyMegabytes_isRead() {
    String body = stream("{\"values\":[[\"1\",\"" + "x".repeat(20 << 20) + "\"]]}");

    DecodedPush push = JsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS);

    assertThat(push.lineLength(0)).isEqualTo(20 << 20);
  }

  @Test
  void read_emptyBody_saysEof() {
    assertThatThrownBy(() -> read(" \n")).isInstanceOf(PushDecodeException.class).hasMessage("EOF");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "this is not json",
        "[]",
        "{",
        "{\"streams\":[}",
        "{\"streams\":{}}",
        "{\"streams\":[]} x",
        "{\"streams\":[],}",
        "{\"streams\":[5]}",
        "{\"streams\":[{\"stream\":\"{a=1}\"}]}",
        "{\"streams\":[{\"stream\":{\"a\":[]}}]}",
        "{\"streams\":[{\"values\":{}}]}",
        "{\"streams\":[{\"values\":[\"5\"]}]}",
        "{\"streams\":[{\"values\":[[]]}]}",
        "{\"streams\":[{\"values\":[[5,\"x\"]]}]}",
        "{\"streams\":[{\"values\":[[\"soon\",\"x\"]]}]}",
        "{\"streams\":[{\"values\":[[\"9223372036854775808\",\"x\"]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",5]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",\"x\",[\"k\"]]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",\"x\",{\"k\":5}]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",\"x]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",\"\\q\"]]}]}",
        "{\"streams\":[{\"values\":[[\"5\",\"\\u12",
        "{\"x\":01x}",
        "{\"x\":nul}",
        "{\"x\":-}",
      })
  void read_wrongShape_isRefused(String body) {
    assertThatThrownBy(() -> read(body))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("not valid JSON")
        .extracting(e -> ((PushDecodeException) e).status())
        .isEqualTo(400);
  }

  @Test
  void read_hundredThousandBrackets_isRefusedWithoutOverflow() {
    assertThatThrownBy(() -> read("{\"x\":" + "[".repeat(100_000)))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("nest deeper");
  }

  @Test
  void read_tenThousandLabels_areRead() {
    StringBuilder labels = new StringBuilder("{\"stream\":{");
    for (int i = 0; i < 10_000; i++) {
      labels.append(i == 0 ? "" : ",").append("\"l").append(i).append("\":\"v\"");
    }

    List<String> streams = read(stream(labels.append("}}").toString()));

    assertThat(streams.getFirst()).startsWith("{l0=\"v\", l1=\"v\", l10=\"v\"").endsWith("}");
  }

  @Test
  void readLegacy_entries_areRead() {
    String body =
        stream(
            "{\"labels\":\"{a=\\\"1\\\"}\",\"entries\":["
                + "{\"ts\":\"2026-03-03T08:01:00.000000005Z\",\"line\":\"x\",\"other\":1},"
                + "{\"line\":\"y\",\"ts\":\"2026-03-03T09:01:00+01:00\"},null]}");

    DecodedPush push = LegacyJsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS);

    assertThat(Decoded.print(push))
        .containsExactly("{a=\"1\"} 1772524860000000005:x 1772524860000000000:y");
  }

  @Test
  void readLegacy_currentDialect_isEmpty() {
    String body = stream("{\"stream\":{\"a\":\"1\"},\"values\":[[\"1\",\"x\"]]}");

    assertThat(LegacyJsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS).entryCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"soon\"", "5", "\"9999-01-01T00:00:00Z\""})
  void readLegacy_badTimestamp_isRefused(String timestamp) {
    String body = stream("{\"labels\":\"{}\",\"entries\":[{\"ts\":" + timestamp + "}]}");

    assertThatThrownBy(() -> LegacyJsonPushReader.read(body.getBytes(UTF_8), MAX_ROWS))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("RFC 3339");
  }
}

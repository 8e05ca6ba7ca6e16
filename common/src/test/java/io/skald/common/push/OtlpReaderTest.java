package io.skald.common.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.skald.common.limits.OtlpConfig;
import io.skald.common.limits.OtlpConfig.Action;
import io.skald.common.limits.OtlpConfig.AttributeRule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpReaderTest {
  private static final long NOW = 99;
  private static final int MAX_ROWS = 100_000;

  private final DecodeBudget budget = new DecodeBudget(Long.MAX_VALUE, "none");
  private final PushDecoder decoder = new PushDecoder(1 << 20, MAX_ROWS);

  private List<String> json(String body) {
    return Decoded.print(
        decoder.decodeOtlp(
            "application/json",
            null,
            body.getBytes(UTF_8),
            NOW,
            OtlpRules.DEFAULTS,
            budget.lease()));
  }

  private static List<String> read(WireWriter request) {
    return Decoded.print(OtlpReader.read(request.toBytes(), MAX_ROWS, NOW, OtlpRules.DEFAULTS));
  }

  /** Returns a request with one record. */
  private static String record(String content) {
    return "{\"resourceLogs\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
        + "{\"stringValue\":\"s\"}}]},\"scopeLogs\":[{\"logRecords\":[{"
        + content
        + "}]}]}]}";
  }

  /** A frame of one block that is not compressed: independent, no checksums, at most 4 MiB. */
  private static byte[] lz4(byte[] body) {
    ByteBuffer frame = ByteBuffer.allocate(body.length + 15).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(0x184D2204).put((byte) 0x60).put((byte) 0x70).put((byte) 0x73);
    return frame.putInt(body.length | 1 << 31).put(body).putInt(0).array();
  }

  @Test
  void read_recordedRequest_makesLabelsAndMetadata() {
    String body =
        """
        {"resourceLogs": [{"resource": {"attributes": [
          {"key": "service.name", "value": {"stringValue": "otel-dock"}},
          {"key": "host.name", "value": {"stringValue": "h-1"}},
          {"key": "deployment.environment", "value": {"stringValue": "prod"}}]},
         "scopeLogs": [{"logRecords": [{
           "timeUnixNano": "1772524860000000010", "observedTimeUnixNano": "1772524860000000011",
           "severityNumber": 17, "severityText": "ERROR", "body": {"stringValue": "hull breach"},
           "attributes": [
             {"key": "berth.id", "value": {"stringValue": "7"}},
             {"key": "crew", "value": {"intValue": "12"}},
             {"key": "urgent", "value": {"boolValue": true}},
             {"key": "depth", "value": {"doubleValue": 3.5}},
             {"key": "where", "value": {"kvlistValue": {"values": [
               {"key": "pier", "value": {"stringValue": "A"}},
               {"key": "slot.no", "value": {"intValue": "3"}}]}}},
             {"key": "tags", "value": {"arrayValue": {"values": [
               {"stringValue": "x"}, {"intValue": "2"}]}}},
             {"key": "bin", "value": {"bytesValue": "AQI="}}],
           "traceId": "5b8efff798038103d269b633813fc60c", "spanId": "eee19b7ec3c1b174",
           "flags": 1, "droppedAttributesCount": 2}],
          "scope": {"name": "hull", "version": "1.2", "attributes": [
            {"key": "scope.kind", "value": {"stringValue": "sensor"}}]}}]}]}
        """;

    assertThat(json(body))
        .containsExactly(
            "{deployment_environment=\"prod\", service_name=\"otel-dock\"}"
                + " 1772524860000000010:hull breach"
                + "{host.name=h-1}{scope_name=hull}{scope_version=1.2}{scope.kind=sensor}"
                + "{severity_number=17}{severity_text=ERROR}{berth.id=7}{crew=12}{urgent=true}"
                + "{depth=3.5}{where_pier=A}{where_slot.no=3}{tags=[\"x\",2]}{bin=AQI=}"
                + "{trace_id=5b8efff798038103d269b633813fc60c}{span_id=eee19b7ec3c1b174}"
                + "{flags=1}{dropped_attributes_count=2}"
                + "{observed_timestamp=1772524860000000011}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          "body":{"stringValue":"text"}                    -> 99:text
          "body":{"stringValue":""}                        -> 99:
          "timeUnixNano":"5"                               -> 5:
          "timeUnixNano":5,"body":{"intValue":42}          -> 5:42
          "observedTimeUnixNano":"6"                       -> 6:
          "timeUnixNano":"18446744073709551615"            -> 9223372036854775807:
          "body":{"boolValue":false}                       -> 99:false
          "body":{"doubleValue":1.5}                       -> 99:1.5
          "body":{"bytesValue":"AQI="}                     -> 99:AQI=
          "body":{"kvlistValue":{"values":[{"key":"n","value":{"intValue":"3"}},{"key":"evt","value":{"stringValue":"a\\"b"}},{"key":"e","value":{}}]}} -> 99:{"e":null,"evt":"a\\"b","n":3}
          "body":{"arrayValue":{"values":[{"stringValue":"x"},{"doubleValue":1.5},{"arrayValue":{}},{"bytesValue":"AQI="}]}} -> 99:["x",1.5,[],"AQI="]
          "body":null,"unknown":[{"x":1}]                  -> 99:
          "traceId":"","spanId":"0000000000000000"         -> 99:
          """)
  void read_record_printsSo(String content, String expected) {
    assertThat(json(record(content))).containsExactly("{service_name=\"s\"} " + expected);
  }

  private static AttributeRule rule(Action action, String name) {
    return new AttributeRule(action, List.of(name), "");
  }

  private List<String> json(String body, OtlpConfig config) {
    return Decoded.print(
        decoder.decodeOtlp(
            "application/json",
            null,
            body.getBytes(UTF_8),
            NOW,
            OtlpRules.of(config),
            budget.lease()));
  }

  @Test
  void read_rules_makeLabelsMetadataOrNothing() {
    String body =
        """
        {"resourceLogs": [{"resource": {"attributes": [
          {"key": "service.name", "value": {"stringValue": "s"}},
          {"key": "k8s.pod.name", "value": {"stringValue": "p"}},
          {"key": "9team-x", "value": {"stringValue": "blue"}},
          {"key": "secret.a", "value": {"stringValue": "1"}},
          {"key": "secret.kept", "value": {"stringValue": "2"}}]},
         "scopeLogs": [{"scope": {"attributes": [
            {"key": "kind", "value": {"stringValue": "k"}}]},
           "logRecords": [{"body": {"stringValue": "line"}, "attributes": [
             {"key": "noise", "value": {"kvlistValue": {"values": [
                {"key": "x", "value": {"stringValue": "y"}}]}}},
             {"key": "kept", "value": {"stringValue": "z"}}]}]}]}]}
        """;
    OtlpConfig config =
        new OtlpConfig(
            new OtlpConfig.ResourceAttributes(
                false,
                List.of(
                    rule(Action.INDEX_LABEL, "9team-x"),
                    rule(Action.STRUCTURED_METADATA, "k8s.pod.name"),
                    rule(Action.STRUCTURED_METADATA, "secret.kept"),
                    new AttributeRule(Action.DROP, List.of(), "secret\\..*"))),
            List.of(rule(Action.DROP, "kind")),
            List.of(rule(Action.DROP, "noise")),
            false);

    assertThat(json(body, config))
        .containsExactly(
            "{key_9team_x=\"blue\", service_name=\"s\"}"
                + " 99:line{k8s.pod.name=p}{secret.kept=2}{kept=z}");
  }

  @Test
  void read_ignoredDefaults_becomeMetadata() {
    OtlpConfig config =
        new OtlpConfig(
            new OtlpConfig.ResourceAttributes(true, List.of()), List.of(), List.of(), false);

    assertThat(json(record("\"timeUnixNano\":5"), config)).containsExactly("{} 5:{service.name=s}");
  }

  @Test
  void read_severityAsLabel_splitsTheResource() {
    OtlpConfig config =
        new OtlpConfig(OtlpConfig.DEFAULTS.resourceAttributes(), List.of(), List.of(), true);
    String records =
        "\"timeUnixNano\":1},{\"timeUnixNano\":2,\"severityText\":\"WARN\"},"
            + "{\"timeUnixNano\":3,\"severityText\":\"WARN\"},{\"timeUnixNano\":4";

    assertThat(json(record(records), config))
        .containsExactly(
            "{service_name=\"s\"} 1:",
            "{service_name=\"s\", severity_text=\"WARN\"} 2: 3:",
            "{service_name=\"s\"} 4:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"resourceLogs\":[]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[]}]}]}",
      })
  void read_noRecords_hasNoStreams(String body) {
    assertThat(json(body)).isEmpty();
  }

  @Test
  void read_resourceAndScopeBehindRecords_countForThem() {
    WireWriter request =
        new WireWriter()
            .message(
                1,
                logs ->
                    logs.message(
                            2,
                            scopeLogs ->
                                scopeLogs
                                    .message(2, r -> r.message(5, body -> body.text(1, "one")))
                                    .message(1, scope -> scope.text(1, "lib")))
                        .message(2, s -> s.message(2, r -> r.message(5, b -> b.text(1, "two"))))
                        .message(1, resource -> resource.message(1, attribute("service.name", "s")))
                        .message(1, resource -> resource.message(1, attribute("host", "h"))));

    assertThat(read(request))
        .containsExactly("{service_name=\"s\"} 99:one{host=h}{scope_name=lib} 99:two{host=h}");
  }

  private static Consumer<WireWriter> attribute(String key, String value) {
    return writer -> writer.text(1, key).message(2, v -> v.text(1, value));
  }

  @Test
  void read_longNameOverManyMembers_isRefusedNotExpanded() {
    WireWriter request =
        new WireWriter()
            .message(
                1,
                logs ->
                    logs.message(
                        2,
                        s ->
                            s.message(
                                2,
                                record ->
                                    record.message(
                                        6,
                                        attribute ->
                                            attribute
                                                .text(1, "n".repeat(100_000))
                                                .message(2, v -> v.message(6, this::members))))));

    assertThatThrownBy(() -> read(request))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("too large");
  }

  private void members(WireWriter list) {
    for (int i = 0; i < 10_000; i++) {
      list.message(1, attribute("k", "v"));
    }
  }

  @Test
  void read_deepNesting_isRefused() {
    String deep = "{\"arrayValue\":{\"values\":[".repeat(1000);

    assertThatThrownBy(() -> json(record("\"body\":" + deep)))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("nest deeper");

    WireWriter value = new WireWriter();
    for (int i = 0; i < 1000; i++) {
      WireWriter inner = value;
      value = new WireWriter().message(5, array -> array.bytes(1, inner.toBytes()));
    }
    WireWriter body = value;
    WireWriter request =
        new WireWriter()
            .message(1, l -> l.message(2, s -> s.message(2, r -> r.bytes(5, body.toBytes()))));

    assertThatThrownBy(() -> read(request))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageContaining("nest deeper");
  }

  @Test
  void decodeOtlp_types_areCheckedWithoutParameters() {
    byte[] body = "{}".getBytes(UTF_8);

    assertThat(
            decoder
                .decodeOtlp(
                    "application/json; charset=utf-8",
                    "",
                    body,
                    NOW,
                    OtlpRules.DEFAULTS,
                    budget.lease())
                .streamCount())
        .isZero();
    assertThatThrownBy(() ->
            decoder.decodeOtlp("text/plain", null, body, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessage("content type: text/plain is not supported");
  }

  @Test
  void decodeOtlp_codings_areUndoneOrRefused() {
    byte[] body = record("\"body\":{\"stringValue\":\"x\"}").getBytes(UTF_8);

    assertThat(
            decoder
                .decodeOtlp(
                    "application/json",
                    "zstd",
                    Zstd.compress(body),
                    NOW,
                    OtlpRules.DEFAULTS,
                    budget.lease())
                .entryCount())
        .isEqualTo(1);
    assertThat(
            decoder
                .decodeOtlp(
                    "application/json", "lz4", lz4(body), NOW, OtlpRules.DEFAULTS, budget.lease())
                .entryCount())
        .isEqualTo(1);
    // As the tool lz4 wrote it: compressed, with a checksum of the content.
    byte[] recorded =
        Base64.getDecoder()
            .decode(
                "BCJNGGRAp00AAAD2CHsicmVzb3VyY2VMb2dzIjpbeyJzY29wDgCSbG9nUmVjb3JkHQD/CGJvZHkiOnsi"
                    + "c3RyaW5nVmFsdWUiOiJhAQA0kCJ9fV19XX1dfQAAAABI8wUr");
    assertThat(
            decoder
                .decodeOtlp(
                    "application/json", "lz4", recorded, NOW, OtlpRules.DEFAULTS, budget.lease())
                .entryCount())
        .isEqualTo(1);
    byte[] damaged = recorded.clone();
    damaged[damaged.length - 1] ^= 1;
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "lz4", damaged, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("lz4: ");
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "lz4", body, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("lz4: ");
    byte[] lz4Bomb = lz4(new byte[2 << 20]);
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "lz4", lz4Bomb, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("request body too large");
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "snappy", body, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("unsupported content encoding snappy: only gzip");
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "zstd", body, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("zstd: ");
    byte[] bomb = Zstd.compress(new byte[64 << 20]);
    assertThatThrownBy(() ->
            decoder.decodeOtlp(
                "application/json", "zstd", bomb, NOW, OtlpRules.DEFAULTS, budget.lease()))
        .isInstanceOf(PushDecodeException.class)
        .hasMessageStartingWith("request body too large");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "[]",
        "{\"resourceLogs\":{}}",
        "{\"resourceLogs\":[{\"resource\":[]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"x\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"traceId\":\"xy\"}]}]}]}",
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"body\":\"text\"}]}]}]}",
      })
  void decodeOtlp_badJson_isRefused(String body) {
    assertThatThrownBy(() -> json(body)).isInstanceOf(PushDecodeException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void read_randomMutations_readOrRefuse(long seed) {
    Random random = new Random(seed);
    byte[] json =
        record(
                "\"timeUnixNano\":\"5\",\"traceId\":\"0102\",\"body\":{\"kvlistValue\":{\"values\":["
                    + "{\"key\":\"a\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":1}]}}}]}},"
                    + "\"attributes\":[{\"key\":\"k\",\"value\":{\"kvlistValue\":{\"values\":["
                    + "{\"key\":\"b\",\"value\":{\"doubleValue\":2.5}}]}}}]")
            .getBytes(UTF_8);
    byte[] wire = OtlpJson.toProtobuf(json);
    int refused = 0;
    for (int round = 0; round < 10_000; round++) {
      refused +=
          reads(() -> OtlpReader.read(mutate(random, wire), MAX_ROWS, NOW, OtlpRules.DEFAULTS))
              ? 0
              : 1;
      refused += reads(() -> OtlpJson.toProtobuf(mutate(random, json))) ? 0 : 1;
    }
    assertThat(refused).as("seed %s", seed).isPositive();
  }

  private static byte[] mutate(Random random, byte[] valid) {
    byte[] body = valid.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return body;
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

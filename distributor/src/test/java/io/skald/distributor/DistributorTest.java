package io.skald.distributor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.http.HttpServer;
import io.skald.common.http.HttpServerConfig;
import io.skald.common.http.RequestObserver;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.limits.Limits;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.push.WireWriter;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import io.skald.common.time.Clock;
import io.skald.distributor.labels.TestLimits;
import io.skald.distributor.validate.DiscardReason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pushes over HTTP to a real server in front of a fake ingester. */
class DistributorTest {
  private static final String NOW = "2026-11-20T18:33:15Z";
  private static final long NOW_NANOS = 1_795_199_595_000_000_000L;
  private static final String ONE_LINE = "[\"" + NOW_NANOS + "\",\"line\"]";

  private final ManualClock clock = new ManualClock(NOW);
  private final FakeIngester ingester = new FakeIngester();
  private final InMemoryRing ring = new InMemoryRing();
  private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Limits limits = withoutDiscovery(l -> {});
  private HttpServer server = start(false);

  private record Answer(int status, String text) {}

  @BeforeEach
  void register() {
    ring.put(new Instance("ingester-0", "", Instance.State.ACTIVE, List.of(17)));
  }

  @AfterEach
  void stop() {
    server.close(Duration.ZERO);
    client.close();
  }

  private HttpServer start(boolean auth) {
    PushListener listener =
        new PushListener() {
          @Override
          public void received(TenantId tenant, long lines, long bytes) {
            heard.add(tenant + " received " + lines + " " + bytes);
          }

          @Override
          public void discarded(TenantId tenant, DiscardReason reason, long lines, long bytes) {
            heard.add(tenant + " " + reason.text() + " " + lines + " " + bytes);
          }
        };
    Router router = new Router();
    new Distributor(
            ring,
            _ -> ingester,
            _ -> limits,
            new TenantHeader(auth),
            DistributorConfig.DEFAULTS.withReplicationFactor(1),
            listener,
            () -> 1,
            clock)
        .register(router);
    HttpServer started =
        new HttpServer(HttpServerConfig.DEFAULTS, router, RequestObserver.NONE, Clock.system());
    started.start();
    return started;
  }

  private static Limits withoutDiscovery(Consumer<TestLimits> change) {
    return TestLimits.with(l -> {
      l.discoverServiceName = List.of();
      l.discoverLogLevels = false;
      change.accept(l);
    });
  }

  private Answer send(String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      var response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer json(String body) {
    return send("/loki/api/v1/push", body.getBytes(UTF_8), "Content-Type", "application/json");
  }

  private Answer protobuf(WireWriter body) {
    return send("/loki/api/v1/push", body.toSnappy(), "Content-Type", "application/x-protobuf");
  }

  /** Pushes entries, JSON text without the outer brackets, of one stream. */
  private Answer entries(String labels, String... values) {
    return json(
        "{\"streams\":[{\"stream\":"
            + labels
            + ",\"values\":["
            + String.join(",", values)
            + "]}]}");
  }

  private static Answer answer(int status, String text) {
    return new Answer(status, text.isEmpty() ? "" : text + "\n");
  }

  @Test
  void push_json_stores() {
    assertThat(entries("{\"b\":\"2\",\"a\":\"1\"}", ONE_LINE)).isEqualTo(answer(204, ""));
    assertThat(ingester.stored())
        .containsExactly("fake {a=\"1\", b=\"2\"} " + NOW_NANOS + " line {}");
    assertThat(heard).containsExactly("fake received 1 4");
  }

  @Test
  void push_protobuf_stores() {
    WireWriter body =
        WireWriter.stream("{ b='2', a=\"1\" }", s -> s.entry(NOW_NANOS, "line", "k", "v"));

    assertThat(protobuf(body)).isEqualTo(answer(204, ""));
    assertThat(ingester.stored())
        .containsExactly("fake {a=\"1\", b=\"2\"} " + NOW_NANOS + " line {k=\"v\"}");
    assertThat(heard).containsExactly("fake received 1 6");
  }

  @Test
  void push_legacyJson_stores() {
    String body =
        "{\"streams\":[{\"labels\":\"{a=\\\"1\\\"}\",\"entries\":[{\"ts\":\""
            + NOW
            + "\",\"line\":\"old\"}]}]}";

    assertThat(send("/api/prom/push", body.getBytes(UTF_8), "Content-Type", "application/json"))
        .isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).containsExactly("fake {a=\"1\"} " + NOW_NANOS + " old {}");
  }

  @Test
  void push_dialectOfTheOtherPath_isSilentlyEmpty() {
    String body = "{\"streams\":[{\"stream\":{\"a\":\"1\"},\"values\":[" + ONE_LINE + "]}]}";

    assertThat(send("/api/prom/push", body.getBytes(UTF_8), "Content-Type", "application/json"))
        .isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).isEmpty();
  }

  /** Bodies and answers as recorded. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          {}                                     -> 422 -> error at least one valid stream is required for ingestion
          {"streams":[]}                         -> 422 -> error at least one valid stream is required for ingestion
          {"streams":[{"stream":{"a":"1"},"values":[]}]} -> 204 -> ^^
          {"streams":[{"values":[["1795199595000000000","l"]]}]} -> 400 -> error at least one label pair is required per stream
          {"streams":[{"stream":{},"values":[["1795199595000000000","l"]]}]} -> 400 -> error at least one label pair is required per stream
          {"streams":[{"stream":{"bad-name":"x"},"values":[["1795199595000000000","l"]]}]} -> 400 -> couldn't parse labels: 1:5: parse error: unexpected character inside braces: '-'
          {"streams":[{"stream":{"":"x"},"values":[["1795199595000000000","l"]]}]} -> 400 -> couldn't parse labels: 1:2: parse error: unexpected "=" in label set, expected identifier or "}"
          {"streams":[{"stream":{"a":"1"},"values":[["4102444800000000000","l"]]}]} -> 400 -> entry for stream '{a="1"}' has timestamp too new: 2100-01-01T00:00:00Z
          {"streams":[{"stream":{"a":"1"},"values":[["0","l"]]}]} -> 400 -> entry for stream '{a="1"}' has timestamp too old: 1970-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-11-13T18:33:15Z
          """)
  void push_recordedBodies_answerAsRecorded(String body, int status, String text) {
    assertThat(json(body)).isEqualTo(answer(status, text));
    assertThat(ingester.stored()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          LbAKKwoTe2FwcD0icHVzaGVkIiBjYXNlPRIUCgYIvKqazQYSCmJhZCBsYWJlbHM= -> 400 -> couldn't parse labels: 1:15: parse error: unexpected identifier "case" in label set, expected "," or "}"
          O+gKOQoqe2FwcD0icHVzaGVkIiwgY2FzZT0idHdpY2UiLCBjYXNlPSJhZ2FpbiJ9EgsKBgi8qprNBhIBbA== -> 400 -> stream '{app="pushed", case="twice", case="again"}' has duplicate label name: 'case'
          E0gKEQoCe30SCwoGCLyqms0GEgFs -> 400 -> error at least one label pair is required per stream
          """)
  void push_recordedProtobuf_answersAsRecorded(String base64, int status, String text) {
    Answer answer =
        send(
            "/loki/api/v1/push",
            Base64.getDecoder().decode(base64),
            "Content-Type",
            "application/x-protobuf");

    assertThat(answer).isEqualTo(answer(status, text));
  }

  @Test
  void push_unparsableBody_isRefused() {
    assertThat(json("this is not json").status()).isEqualTo(400);
    assertThat(json("")).isEqualTo(answer(400, "EOF"));
    assertThat(send("/loki/api/v1/push", new byte[] {1}))
        .isEqualTo(answer(400, "mime: no media type"));
    assertThat(send("/loki/api/v1/push", "{}".getBytes(UTF_8), "Content-Type", "text/plain"))
        .isEqualTo(answer(400, "snappy: corrupt input"));
    assertThat(
            send(
                "/loki/api/v1/push",
                "{}".getBytes(UTF_8),
                "Content-Type",
                "application/json",
                "Content-Encoding",
                "br"))
        .isEqualTo(answer(400, "Content-Encoding \"br\" not supported"));
  }

  @Test
  void push_authEnabled_needsOneTenant() {
    server.close(Duration.ZERO);
    server = start(true);
    byte[] body =
        ("{\"streams\":[{\"stream\":{\"a\":\"1\"},\"values\":[" + ONE_LINE + "]}]}")
            .getBytes(UTF_8);
    String path = "/loki/api/v1/push";
    String[] type = {"Content-Type", "application/json", "X-Scope-OrgID", ""};

    assertThat(send(path, body, "Content-Type", "application/json"))
        .isEqualTo(answer(401, "no org id"));
    type[3] = "a|b";
    assertThat(send(path, body, type)).isEqualTo(answer(400, "multiple org IDs present"));
    type[3] = "bad/tenant";
    assertThat(send(path, body, type))
        .isEqualTo(answer(400, "tenant ID 'bad/tenant' contains unsupported character '/'"));
    type[3] = "acme";
    assertThat(send(path, body, type)).isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).containsExactly("acme {a=\"1\"} " + NOW_NANOS + " line {}");
  }

  @Test
  void push_oneBadEntry_storesTheRest() {
    WireWriter body =
        WireWriter.stream(
            "{a=\"1\"}",
            s ->
                s.entry(NOW_NANOS, "good")
                    .entry(4_102_444_800_000_000_000L, "too new")
                    .entry(NOW_NANOS + 1, "good again"));

    assertThat(protobuf(body))
        .isEqualTo(
            answer(
                400, "entry for stream '{a=\"1\"}' has timestamp too new: 2100-01-01T00:00:00Z"));
    assertThat(ingester.stored())
        .containsExactly(
            "fake {a=\"1\"} " + NOW_NANOS + " good {}",
            "fake {a=\"1\"} " + (NOW_NANOS + 1) + " good again {}");
    assertThat(heard).containsExactly("fake received 2 14", "fake too_far_in_future 1 7");
  }

  @Test
  void push_labelsThatCannotBeParsed_storesNothing() {
    WireWriter body =
        WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "good"))
            .append(WireWriter.stream("{b", s -> s.entry(NOW_NANOS, "bad")));

    assertThat(protobuf(body).text()).startsWith("couldn't parse labels: 1:3: parse error: ");
    assertThat(ingester.stored()).isEmpty();
  }

  @Test
  void push_repeatedAndDifferentErrors_groupsThem() {
    WireWriter body =
        WireWriter.stream(
            "{a=\"1\"}",
            s ->
                s.entry(4_102_444_800_000_000_000L, "x")
                    .entry(4_102_444_800_000_000_001L, "y")
                    .entry(4_102_444_801_000_000_000L, "z"));

    assertThat(protobuf(body))
        .isEqualTo(
            answer(
                400,
                "2 errors like: entry for stream '{a=\"1\"}' has timestamp too new:"
                    + " 2100-01-01T00:00:00Z; 1 errors like: entry for stream '{a=\"1\"}' has"
                    + " timestamp too new: 2100-01-01T00:00:01Z"));
  }

  @Test
  void push_manyDifferentErrors_staysShort() {
    WireWriter body =
        WireWriter.stream(
            "{a=\"1\"}",
            s -> {
              for (int i = 0; i < 5000; i++) {
                s.entry((4_102_444_800L + i) * 1_000_000_000L, "x");
              }
            });

    Answer answer = protobuf(body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).endsWith("; 4968 more errors\n").hasSizeLessThan(10_000);
    assertThat(heard).containsExactly("fake too_far_in_future 5000 5000");
  }

  @Test
  void push_lineTooLong_isRefusedOrCut() {
    limits = withoutDiscovery(l -> l.maxLineSize = 20);
    WireWriter body =
        WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "123456789012345678901234567890"));

    assertThat(protobuf(body))
        .isEqualTo(
            answer(
                400,
                "max entry size '20' bytes exceeded for stream '{a=\"1\"}' while adding an entry"
                    + " with length '30' bytes"));

    limits =
        withoutDiscovery(l -> {
          l.maxLineSize = 20;
          l.maxLineSizeTruncate = true;
        });

    assertThat(protobuf(body)).isEqualTo(answer(204, ""));
    assertThat(ingester.stored())
        .containsExactly("fake {a=\"1\"} " + NOW_NANOS + " 12345678901234567890 {}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          0123456789abcdef -> 01234<cut>
          0123éééééééé     -> 0123<cut>
          0123456789       -> 0123456789
          """)
  void push_lineThatIsCut_endsWithTheIdentifierBetweenCharacters(String line, String stored) {
    limits =
        withoutDiscovery(l -> {
          l.maxLineSize = 10;
          l.maxLineSizeTruncate = true;
          l.maxLineSizeTruncateIdentifier = "<cut>";
        });

    assertThat(protobuf(WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, line))))
        .isEqualTo(answer(204, ""));
    assertThat(ingester.stored())
        .containsExactly("fake {a=\"1\"} " + NOW_NANOS + " " + stored + " {}");
  }

  @Test
  void push_withoutEnforcedLabels_losesOnlyThatStream() {
    limits = withoutDiscovery(l -> l.enforcedLabels = List.of("team", "env"));
    WireWriter body =
        WireWriter.stream("{env=\"x\"}", s -> s.entry(NOW_NANOS, "bad"))
            .append(WireWriter.stream("{env=\"x\", team=\"y\"}", s -> s.entry(NOW_NANOS, "good")));

    assertThat(protobuf(body))
        .isEqualTo(
            answer(
                400,
                "missing required labels 'team' for user 'fake' for stream '{env=\"x\"}'"
                    + " (policy: '')"));
    assertThat(ingester.stored())
        .containsExactly("fake {env=\"x\", team=\"y\"} " + NOW_NANOS + " good {}");
    assertThat(heard).containsExactly("fake received 1 4", "fake missing_enforced_labels 1 3");
  }

  @Test
  void push_blockedTenant_isAnsweredWithItsStatusAndStoresNothing() {
    limits = withoutDiscovery(l -> l.blockIngestionUntil = Instant.parse("2030-01-01T00:00:00Z"));

    assertThat(entries("{\"a\":\"1\"}", ONE_LINE))
        .isEqualTo(
            answer(
                260,
                "ingestion blocked for user 'fake' until '2030-01-01T00:00:00Z' with status code"
                    + " '260'"));
    assertThat(heard).containsExactly("fake blocked_ingestion 1 4");

    limits =
        withoutDiscovery(l -> {
          l.blockIngestionUntil = Instant.parse("2030-01-01T00:00:00Z");
          l.blockIngestionStatusCode = 200;
        });
    assertThat(entries("{\"a\":\"1\"}", ONE_LINE)).as("silent").isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).isEmpty();

    limits = withoutDiscovery(l -> l.blockIngestionUntil = Instant.parse(NOW));
    assertThat(entries("{\"a\":\"1\"}", ONE_LINE)).as("over").isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).hasSize(1);
  }

  @Test
  void push_tooFast_saysWhenToRetry() throws Exception {
    limits =
        withoutDiscovery(l -> {
          l.ingestionRateMb = 1.0 / (1 << 20);
          l.ingestionBurstSizeMb = 4.0 / (1 << 20);
        });
    entries("{\"a\":\"1\"}", ONE_LINE);
    String body = "{\"streams\":[{\"stream\":{\"a\":\"1\"},\"values\":[" + ONE_LINE + "]}]}";
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/loki/api/v1/push"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();

    var response = client.send(request, BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("4");
  }

  @Test
  void push_lineOfTwentyMegabytes_isStoredWithoutLimits() {
    limits =
        withoutDiscovery(l -> {
          l.maxLineSize = 0;
          l.ingestionRateMb = 0;
          l.perStreamRateLimit = 0;
        });
    byte[] line = new byte[20 << 20];

    assertThat(protobuf(WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, line))).status())
        .isEqualTo(204);
    assertThat(heard).containsExactly("fake received 1 " + line.length);
  }

  @Test
  void push_metadataLimits_areHeld() {
    limits =
        withoutDiscovery(l -> {
          l.maxStructuredMetadataSize = 10;
          l.maxStructuredMetadataEntriesCount = 1;
        });
    String entry = "[\"" + NOW_NANOS + "\",\"l\",";

    assertThat(entries("{\"a\":\"1\"}", entry + "{\"key\":\"12345678901\"}]"))
        .isEqualTo(
            answer(
                400,
                "stream '{a=\"1\"}' has structured metadata too large: '14' bytes, limit: '10'"
                    + " bytes. Please see `limits_config.max_structured_metadata_size` or contact"
                    + " your Loki administrator to increase it"));
    assertThat(entries("{\"a\":\"1\"}", entry + "{\"k\":\"v\",\"l\":\"v\"}]"))
        .isEqualTo(
            answer(
                400,
                "stream '{a=\"1\"}' has too many structured metadata labels: '2', limit: '1'."
                    + " Please see `limits_config.max_structured_metadata_entries_count` or"
                    + " contact your Loki administrator to increase it"));

    limits = withoutDiscovery(l -> l.allowStructuredMetadata = false);

    assertThat(entries("{\"a\":\"1\"}", entry + "{\"k\":\"v\"}]").text())
        .startsWith(
            "stream '{a=\"1\"}' includes structured metadata, but this feature is disallowed");
  }

  @Test
  void push_metadataNames_areNormalised() {
    assertThat(
            entries(
                "{\"a\":\"1\"}",
                "[\""
                    + NOW_NANOS
                    + "\",\"l\",{\"dotted.name\":\"1\",\"1st\":\"2\",\"a..b\":\"3\",\"a-b\":\"4\","
                    + "\"__x__\":\"5\",\"é\\u00e9z\":\"6\",\"empty\":\"\"}]"))
        .isEqualTo(answer(204, ""));
    assertThat(ingester.stored().getFirst())
        .endsWith(" l {__x__=\"5\", _z=\"6\", a_b=\"4\", dotted_name=\"1\", key_1st=\"2\"}");
  }

  @Test
  void push_metadataNameWithoutLetters_refusesThePush() {
    assertThat(entries("{\"a\":\"1\"}", ONE_LINE, "[\"" + NOW_NANOS + "\",\"l\",{\"..\":\"1\"}]"))
        .isEqualTo(answer(400, "structured metadata name \"..\" has no letter or digit"));
    assertThat(ingester.stored()).isEmpty();
  }

  @Test
  void push_invalidUtf8InMetadata_becomesSpace() {
    WireWriter body =
        new WireWriter()
            .append(WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "l", "k", "a\uFFFDb")));
    byte[] bytes = body.toBytes();
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("\u00EF");
    bytes[at] = (byte) 0xFF;
    bytes[at + 1] = 'x';
    bytes[at + 2] = 'y';

    Answer answer =
        send("/loki/api/v1/push", snappy(bytes), "Content-Type", "application/x-protobuf");

    assertThat(answer.status()).isEqualTo(204);
    assertThat(ingester.stored().getFirst()).endsWith(" l {k=\"a xyb\"}");
  }

  private static byte[] snappy(byte[] bytes) {
    try {
      return org.xerial.snappy.Snappy.compress(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void push_withDiscovery_addsServiceAndLevel() {
    limits = TestLimits.with(l -> {});
    WireWriter body =
        WireWriter.stream(
                "{app=\"a\"}",
                s ->
                    s.entry(NOW_NANOS, "level=warn")
                        .entry(NOW_NANOS, "plain")
                        .entry(NOW_NANOS, "level=warn", "severity_text", "ERROR")
                        .entry(NOW_NANOS, "x", "severity_number", "17")
                        .entry(NOW_NANOS, "x", "detected_level", "Information"))
            .append(WireWriter.stream("{level=\"Custom\"}", s -> s.entry(NOW_NANOS, "level=info")))
            .append(
                WireWriter.stream(
                    "{lvl=\"dbg\"}", s -> s.entry(NOW_NANOS, "error", "level", "warn")));

    assertThat(protobuf(body)).isEqualTo(answer(204, ""));
    String app = "fake {app=\"a\", service_name=\"a\"} " + NOW_NANOS;
    assertThat(ingester.stored())
        .containsExactly(
            app + " level=warn {detected_level=\"warn\"}",
            app + " plain {detected_level=\"unknown\"}",
            app + " level=warn {detected_level=\"error\", severity_text=\"ERROR\"}",
            app + " x {detected_level=\"error\", severity_number=\"17\"}",
            app + " x {detected_level=\"info\"}",
            "fake {level=\"Custom\", service_name=\"unknown_service\"} "
                + NOW_NANOS
                + " level=info {detected_level=\"Custom\"}",
            "fake {lvl=\"dbg\", service_name=\"unknown_service\"} "
                + NOW_NANOS
                + " error {detected_level=\"debug\", level=\"warn\"}");
  }

  @Test
  void push_duplicateTimestamps_areMovedApart() {
    limits = withoutDiscovery(l -> l.incrementDuplicateTimestamp = true);
    WireWriter body =
        WireWriter.stream(
            "{a=\"1\"}",
            s ->
                s.entry(NOW_NANOS, "a")
                    .entry(NOW_NANOS, "b")
                    .entry(NOW_NANOS, "c")
                    .entry(NOW_NANOS, "c")
                    .entry(NOW_NANOS + 100, "d"));

    assertThat(protobuf(body).status()).isEqualTo(204);
    assertThat(ingester.stored())
        .extracting(entry -> entry.substring("fake {a=\"1\"} ".length()))
        .containsExactly(
            NOW_NANOS + " a {}",
            NOW_NANOS + 1 + " b {}",
            NOW_NANOS + 2 + " c {}",
            NOW_NANOS + 2 + " c {}",
            NOW_NANOS + 100 + " d {}");
  }

  @Test
  void push_beyondTheTenantRate_isRefusedWhole() {
    limits =
        withoutDiscovery(l -> {
          l.ingestionRateMb = 0.0001;
          l.ingestionBurstSizeMb = 0.0001;
        });
    WireWriter hundred = WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "x".repeat(100)));
    WireWriter threeHundred =
        WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "x".repeat(300)));

    assertThat(protobuf(threeHundred))
        .isEqualTo(
            answer(
                429,
                "ingestion rate limit exceeded for user fake (limit: 104 bytes/sec) while"
                    + " attempting to ingest '1' lines totaling '300' bytes, reduce log volume or"
                    + " contact your Loki administrator to see if the limit can be increased"));
    assertThat(heard).containsExactly("fake rate_limited 1 300");
    assertThat(protobuf(hundred).status()).isEqualTo(204);
    assertThat(protobuf(hundred).status()).isEqualTo(429);

    clock.advance(Duration.ofSeconds(1));

    assertThat(protobuf(hundred).status()).isEqualTo(204);
  }

  @Test
  void push_beyondTheStreamRate_storesWhatFits() {
    limits =
        withoutDiscovery(l -> {
          l.perStreamRateLimit = 10;
          l.perStreamRateLimitBurst = 25;
        });
    WireWriter body =
        WireWriter.stream(
                "{a=\"1\"}",
                s -> s.entry(NOW_NANOS + 18_565_915, "x".repeat(30)).entry(NOW_NANOS, "short"))
            .append(WireWriter.stream("{b=\"1\"}", s -> s.entry(NOW_NANOS, "other")));

    assertThat(protobuf(body))
        .isEqualTo(
            answer(
                429,
                "entry with timestamp 2026-11-20 18:33:15.018565915 +0000 UTC ignored, reason:"
                    + " 'Per stream rate limit exceeded (limit: 10B/sec) while attempting to"
                    + " ingest for stream '{a=\"1\"}' totaling 30B, consider splitting a stream"
                    + " via additional labels or contact your Loki administrator to see if the"
                    + " limit can be increased',\n"
                    + "user 'fake', total ignored: 1 out of 2 for stream: {a=\"1\"}"));
    assertThat(ingester.stored())
        .containsExactly(
            "fake {a=\"1\"} " + NOW_NANOS + " short {}",
            "fake {b=\"1\"} " + NOW_NANOS + " other {}");
  }

  @Test
  void push_rejectedByTheIngester_answersWithItsText() {
    ingester.rejections =
        List.of(new EntryRejection(400, "too far behind"), new EntryRejection(429, "too many"));

    assertThat(entries("{\"a\":\"1\"}", ONE_LINE))
        .isEqualTo(answer(429, "too far behind\ntoo many"));
  }

  @Test
  void push_rejectedByTheIngester_isCountedAsDiscarded() {
    ingester.rejections =
        List.of(
            new EntryRejection(400, "a", EntryRejection.Cause.TOO_FAR_BEHIND, 2, 20),
            new EntryRejection(429, "b", EntryRejection.Cause.STREAM_LIMIT, 3, 30),
            new EntryRejection(400, "counted elsewhere"));

    entries("{\"a\":\"1\"}", ONE_LINE);

    assertThat(heard).contains("fake too_far_behind 2 20", "fake stream_limit 3 30").hasSize(3);
  }

  @Test
  void push_ingesterUnavailable_answersWithItsStatus() {
    ingester.failure = new IngestUnavailableException(503, "ingester is starting");

    assertThat(entries("{\"a\":\"1\"}", ONE_LINE)).isEqualTo(answer(503, "ingester is starting"));
  }

  @Test
  void push_emptyRing_answers503() {
    ring.remove("ingester-0");

    assertThat(entries("{\"a\":\"1\"}", ONE_LINE).status()).isEqualTo(503);
  }

  @Test
  void push_tenThousandLabels_isRefusedByCount() {
    StringBuilder labels = new StringBuilder("{");
    for (int i = 0; i < 10_000; i++) {
      labels.append(i == 0 ? "" : ",").append("\"l").append(i).append("\":\"v\"");
    }

    Answer answer = entries(labels.append('}').toString(), ONE_LINE);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).endsWith("' has 10000 label names; limit 15\n");
  }

  @Test
  void push_withoutAgeLimit_takesTimestampZero() {
    limits = withoutDiscovery(l -> l.rejectOldSamples = false);

    assertThat(entries("{\"a\":\"1\"}", "[\"0\",\"x\"]")).isEqualTo(answer(204, ""));
    assertThat(ingester.stored()).containsExactly("fake {a=\"1\"} 0 x {}");
  }

  @Test
  void push_sameLabelsTwice_storesBoth() {
    WireWriter body =
        WireWriter.stream("{a=\"1\"}", s -> s.entry(NOW_NANOS, "x"))
            .append(WireWriter.stream("{ a='1' }", s -> s.entry(NOW_NANOS, "y")));

    assertThat(protobuf(body).status()).isEqualTo(204);
    assertThat(ingester.stored())
        .containsExactly(
            "fake {a=\"1\"} " + NOW_NANOS + " x {}", "fake {a=\"1\"} " + NOW_NANOS + " y {}");
  }

  private Answer otlp(String body) {
    return send("/otlp/v1/logs", body.getBytes(UTF_8), "Content-Type", "application/json");
  }

  private static String otlpRecord(String resource, String record) {
    return "{\"resourceLogs\":[{\"resource\":{\"attributes\":["
        + resource
        + "]},\"scopeLogs\":[{\"logRecords\":[{"
        + record
        + "}]}]}]}";
  }

  @Test
  void pushOtlp_record_isStored() {
    limits = TestLimits.with(l -> {});
    String resource =
        "{\"key\":\"host.name\",\"value\":{\"stringValue\":\"h\"}},"
            + "{\"key\":\"k8s.pod.name\",\"value\":{\"stringValue\":\"p\"}}";

    assertThat(
            otlp(
                otlpRecord(
                    resource,
                    "\"severityNumber\":9,\"body\":{\"stringValue\":\"error in the line\"}")))
        .isEqualTo(answer(204, ""));
    assertThat(ingester.stored())
        .containsExactly(
            "fake {k8s_pod_name=\"p\", service_name=\"unknown_service\"} "
                + NOW_NANOS
                + " error in the line"
                + " {detected_level=\"info\", host_name=\"h\", severity_number=\"9\"}");
  }

  @Test
  void pushOtlp_errors_areStatusMessages() {
    assertThat(otlp("{}"))
        .isEqualTo(
            new Answer(422, "\u00129error at least one valid stream is required for ingestion"));
    assertThat(otlp(otlpRecord("", "\"body\":{\"stringValue\":\"x\"}")))
        .isEqualTo(new Answer(400, "\u00124error at least one label pair is required per stream"));
    assertThat(send("/otlp/v1/logs", new byte[0], "Content-Type", "text/plain"))
        .isEqualTo(new Answer(400, "\u0012)content type: text/plain is not supported"));

    ingester.failure = new IngestUnavailableException(500, "disk full");
    String resource = "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"s\"}}";

    assertThat(otlp(otlpRecord(resource, "\"body\":{\"stringValue\":\"x\"}")))
        .isEqualTo(new Answer(503, "\u0012\tdisk full"));
  }

  @Test
  void push_withBatchKey_handsItOn() {
    byte[] body =
        ("{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[" + ONE_LINE + "]}]}")
            .getBytes(UTF_8);
    String[] headers = {
      "Content-Type", "application/json", "X-Skald-Batch", "node-1.default/7-00ff"
    };

    assertThat(send("/loki/api/v1/push", body, headers)).isEqualTo(answer(204, ""));
    assertThat(entries("{\"a\":\"b\"}", ONE_LINE)).isEqualTo(answer(204, ""));

    assertThat(ingester.keys).containsExactly(new BatchKey("node-1.default", "7-00ff"), null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          7 -> header X-Skald-Batch: a batch key has the form sender/batch: 7
          a b/1 -> header X-Skald-Batch: both parts of a batch key must be 1 to 128 letters, digits, '.', '_' or '-': a b/1
          """)
  void push_withBadBatchKey_isRefused(String key, String text) {
    Answer refused =
        send(
            "/loki/api/v1/push",
            new byte[0],
            "Content-Type",
            "application/json",
            "X-Skald-Batch",
            key);

    assertThat(refused).isEqualTo(answer(400, text));
    assertThat(ingester.stored()).isEmpty();
  }

  /** A push with a note about one file. */
  private Answer pushWithNote(String line, String... headers) {
    WireWriter note = WireWriter.note(NOW_NANOS, "{\"files\":[]}", "{\"hop\":\"agent\"}");
    byte[] body =
        WireWriter.stream("{a=\"b\"}", s -> s.entry(NOW_NANOS, line)).append(note).toSnappy();
    List<String> all = new ArrayList<>(List.of("Content-Type", "application/x-protobuf"));
    all.addAll(List.of(headers));
    return send("/loki/api/v1/push", body, all.toArray(String[]::new));
  }

  @Test
  void push_withNote_storesItBesideTheLines() {
    assertThat(pushWithNote("line", "X-Skald-Batch", "n1.default/1")).isEqualTo(answer(204, ""));

    String time = " " + NOW_NANOS + " ";
    assertThat(ingester.stored())
        .containsExactly(
            "fake {a=\"b\"}" + time + "line {}",
            "fake {__skald_notes__=\"ranges\", agent=\"n1.default\"}" + time + "{\"files\":[]} {}",
            "fake {__skald_notes__=\"losses\", agent=\"n1.default\"}"
                + time
                + "{\"hop\":\"agent\"} {}");
    assertThat(heard).containsExactly("fake received 1 4");
  }

  @Test
  void push_withNoteAndWithoutKey_storesTheLinesOnly() {
    assertThat(pushWithNote("line")).isEqualTo(answer(204, ""));

    assertThat(ingester.stored()).hasSize(1);
  }

  @Test
  void push_withNoteAndLinesThatAreRefused_tellsOfThem() {
    limits = withoutDiscovery(l -> l.maxLineSize = 3);

    assertThat(pushWithNote("line", "X-Skald-Batch", "n1.default/1").status()).isEqualTo(400);

    assertThat(ingester.stored())
        .last()
        .asString()
        .contains("{__skald_notes__=\"losses\", agent=\"n1.default\"}")
        .contains(
            "{\"hop\":\"server\",\"reason\":\"line_too_long\",\"lines\":1,\"stream\":\"{a=\\\"b\\\"}\","
                + "\"first\":\""
                + NOW
                + "\",\"last\":\""
                + NOW
                + "\"}");
  }

  @Test
  void push_withNoteAndLinesThatAnIngesterRefuses_tellsOfThem() {
    ingester.rejections =
        List.of(new EntryRejection(400, "far behind", EntryRejection.Cause.TOO_FAR_BEHIND, 2, 9));

    assertThat(pushWithNote("line", "X-Skald-Batch", "n1.default/1").status()).isEqualTo(400);

    assertThat(ingester.stored())
        .last()
        .asString()
        .contains("\"reason\":\"too_far_behind\",\"lines\":2,\"message\":\"far behind\"");
    assertThat(ingester.keys)
        .containsExactly(new BatchKey("n1.default", "1"), new BatchKey("n1.default", "1.refused"));
  }
}

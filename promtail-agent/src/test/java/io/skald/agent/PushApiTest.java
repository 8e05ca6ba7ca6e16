package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.skald.common.push.WireWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes through the whole agent, over HTTP. */
class PushApiTest {
  private static final String RULES =
      ", relabel_configs: ["
          + "{source_labels: [app], regex: noise, action: drop},"
          + "{source_labels: [__hidden], target_label: seen}]";

  @TempDir Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Random random = new Random(1);
  private int port;

  @Test
  void push_json_keepsTimesAndDropsSingleStreams() throws Exception {
    try (SourceAgent agent = agent("use_incoming_timestamp: true")) {
      String body =
          """
          {"streams": [
            {"stream": {"app": "noise"}, "values": [["1714557600000000001", "no"]]},
            {"stream": {"app": "web", "job": "theirs", "__hidden": "h"},
             "values": [["1714557600000000002", "one"], ["1714557600000000003", "two", {"k": "v"}]]}
          ]}
          """;

      assertThat(push(body.getBytes(StandardCharsets.UTF_8), "application/json").statusCode())
          .isEqualTo(204);

      agent.awaitCount(2);
      String stream = "{app=\"web\", job=\"ours\", seen=\"h\"}";
      assertThat(agent.received.streams()).isEqualTo(Set.of(stream));
      assertThat(agent.received.entries(stream))
          .extracting(ReceivedEntries.Entry::timestampNanos)
          .containsExactly(1714557600000000002L, 1714557600000000003L);
    }
  }

  @Test
  void push_protobufWithOneBadStream_takesTheOthersAndAnswers400() throws Exception {
    try (SourceAgent agent = agent("")) {
      byte[] body =
          WireWriter.stream("{app=\"web\"}", s -> s.entry(1, "good"))
              .append(WireWriter.stream("{app", s -> s.entry(1, "bad")))
              .toSnappy();

      HttpResponse<String> answer = push(body, "application/x-protobuf");

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("parse");
      agent.awaitCount(1);
      assertThat(agent.received.lines("{app=\"web\", job=\"ours\"}")).containsExactly("good");
    }
  }

  @Test
  void push_notAPush_isRefused() throws Exception {
    try (SourceAgent agent = agent("max_send_msg_size: 1000")) {
      assertThat(push("{".getBytes(StandardCharsets.UTF_8), "application/json").statusCode())
          .isEqualTo(400);
      assertThat(push(new byte[2000], "application/json").statusCode()).isEqualTo(413);
      assertThat(push(new byte[] {1, 2, 3}, "application/x-protobuf").statusCode()).isEqualTo(400);
      assertThat(agent.received.count()).isZero();
    }
  }

  /** An agent that falls over after 204 must not lose what was pushed. */
  @Test
  void push_serverDown_isAnsweredWhenItIsInTheJournal() throws Exception {
    SourceAgent agent = agent("");
    agent.status = 503;
    assertThat(raw("kept\n").statusCode()).isEqualTo(204);
    assertThat(agent.received.count()).isZero();
    agent.agent.drain(java.time.Duration.ZERO);
    agent.status = 204;
    agent.restart();
    agent.awaitCount(1);
    agent.close();
  }

  /** An outage that is longer than any pause between attempts: the buffer takes what comes. */
  @Test
  void push_serverDownAndBufferFull_isRefusedUntilTheServerIsBack() throws Exception {
    try (SourceAgent agent = agent("", "buffer: {max_size: 100KB}")) {
      agent.status = 503;
      int taken = 0;
      HttpResponse<String> answer = raw(randomLine());
      while (answer.statusCode() == 204) {
        taken++;
        assertThat(taken).isLessThan(1000);
        answer = raw(randomLine());
      }
      assertThat(taken).isGreaterThan(2);
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
      assertThat(agent.agent.status().sourceCounts()).containsKey("push_refused");

      agent.status = 204;
      int before = taken;
      await().until(() -> agent.received.count() >= before);
      assertThat(raw("again\n").statusCode()).isEqualTo(204);
    }
  }

  private String randomLine() {
    byte[] bytes = new byte[20_000];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes) + "\n";
  }

  @Test
  void push_manyAtOnce_shareBatches() throws Exception {
    try (SourceAgent agent = agent("")) {
      List<CompletableFuture<HttpResponse<String>>> answers =
          java.util.stream.IntStream.range(0, 300)
              .mapToObj(i ->
                  client.sendAsync(
                      request(
                              "/promtail/api/v1/raw",
                              ("line " + i + "\n").getBytes(StandardCharsets.UTF_8))
                          .build(),
                      HttpResponse.BodyHandlers.ofString()))
              .toList();
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(204);
      }
      agent.awaitCount(300);
      assertThat(agent.received.requests()).isLessThan(300);
    }
  }

  @Test
  void raw_text_hasTheLabelsOfTheJobAlone() throws Exception {
    try (SourceAgent agent = agent("")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write("one\r\n\ntwo\nthree".getBytes(StandardCharsets.UTF_8));
      }
      HttpRequest request =
          request("/promtail/api/v1/raw", bytes.toByteArray())
              .header("Content-Encoding", "gzip")
              .build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(204);

      agent.awaitCount(3);
      assertThat(agent.received.lines("{job=\"ours\"}")).containsExactly("one", "two", "three");
    }
  }

  @Test
  void push_tenant_goesOnOnlyIfAskedFor() throws Exception {
    try (SourceAgent agent = agent("")) {
      assertThat(pushAs("blue").statusCode()).isEqualTo(204);
      agent.awaitCount(1);
      assertThat(agent.tenants).containsOnly("");
    }
    try (SourceAgent agent = agent("forward_tenant: true")) {
      assertThat(pushAs("blue").statusCode()).isEqualTo(204);
      agent.awaitCount(1);
      assertThat(agent.tenants).containsOnly("blue");
      assertThat(pushAs("a|b").statusCode()).isEqualTo(400);
    }
  }

  @Test
  void ready_runningAgent_isTold() throws Exception {
    try (SourceAgent _ = agent("")) {
      HttpRequest request = HttpRequest.newBuilder(uri("/ready")).build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
    }
  }

  private SourceAgent agent(String keys) throws IOException {
    return agent(keys, "");
  }

  private SourceAgent agent(String keys, String blocks) throws IOException {
    port = SourceAgent.freePort();
    return new SourceAgent(
        directory,
        "job_name: push, loki_push_api: {server: {http_listen_address: 127.0.0.1,"
            + " http_listen_port: "
            + port
            + "}, labels: {job: ours}"
            + (keys.isEmpty() ? "" : ", " + keys)
            + "}"
            + RULES,
        "1s",
        blocks);
  }

  private HttpResponse<String> push(byte[] body, String contentType) throws Exception {
    HttpRequest request =
        request("/loki/api/v1/push", body).header("Content-Type", contentType).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> pushAs(String tenant) throws Exception {
    HttpRequest request =
        request("/promtail/api/v1/raw", "line\n".getBytes(StandardCharsets.UTF_8))
            .header("X-Scope-OrgID", tenant)
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> raw(String text) throws Exception {
    return client.send(
        request("/promtail/api/v1/raw", text.getBytes(StandardCharsets.UTF_8)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, byte[] body) {
    return HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}

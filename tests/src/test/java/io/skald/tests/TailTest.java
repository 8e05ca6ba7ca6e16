package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Follows queries over WebSockets of a real server. */
class TailTest {
  private static final String SETTINGS =
      """
      querier: {tail_max_duration: 1h}
      limits_config:
        max_concurrent_tail_requests: 4
        discover_log_levels: false
        ingestion_rate_mb: 1000
        ingestion_burst_size_mb: 1000
        per_stream_rate_limit: 1GB
        per_stream_rate_limit_burst: 1GB
      """;

  @TempDir private static Path directory;
  private static SkaldProcess server;
  private static SkaldClient client;

  @BeforeAll
  static void start() {
    server = SkaldProcess.serve(directory, SkaldProcess.freePort(), SETTINGS);
    client = new SkaldClient(server.address());
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private final List<WebSocket> sockets = new ArrayList<>();

  /** The tails of one test do not count in the next. */
  @AfterEach
  void abort() {
    sockets.forEach(WebSocket::abort);
    await(() -> client.metric("skald_querier_tails") == 0);
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String path(String path, String... parameters) {
    StringBuilder out = new StringBuilder(path);
    for (int i = 0; i < parameters.length; i += 2) {
      out.append(i == 0 ? '?' : '&').append(parameters[i]).append('=');
      out.append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return out.toString();
  }

  private WebSocket follow(TailFollower follower, String path, String... headers) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    WebSocket socket =
        builder
            .buildAsync(URI.create(server.address().replace("http", "ws") + path), follower)
            .join();
    sockets.add(socket);
    return socket;
  }

  private static long now() {
    return System.currentTimeMillis() * 1_000_000;
  }

  private static void push(String app, long nanos, String... lines) {
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      values.append(i == 0 ? "" : ",");
      values.append("[\"%d\",\"%s\"]".formatted(nanos + i, lines[i]));
    }
    client.push("{\"app\":\"" + app + "\"}", values);
  }

  @Test
  void tail_historyAndLive_givesEachLineOnceAndInOrder() throws Exception {
    int count = 3000;
    int before = 1000;
    for (int i = 0; i < before; i += 10) {
      pushTen("crane", i);
    }
    TailFollower follower = new TailFollower();
    Thread pusher =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = before; i < count; i += 10) {
                pushTen("crane", i);
              }
            });
    WebSocket socket =
        follow(follower, path("/loki/api/v1/tail", "query", "{app=\"crane\"}", "limit", "5000"));
    pusher.join();
    List<String> lines = follower.awaitLines(count);
    socket.sendClose(1000, "").join();

    assertThat(lines)
        .containsExactlyElementsOf(IntStream.range(0, count).mapToObj(i -> "line " + i).toList());
    assertThat(follower.closed.get(10, TimeUnit.SECONDS)).isEqualTo("1000 ");
  }

  private static void pushTen(String app, int first) {
    push(
        app,
        now() + first,
        IntStream.range(first, first + 10).mapToObj(i -> "line " + i).toArray(String[]::new));
  }

  @Test
  void tail_withStages_showsWhatTheyLeave() {
    TailFollower follower = new TailFollower();
    follow(
        follower,
        path(
            "/loki/api/v1/tail",
            "query",
            "{app=\"winch\"} |= \"lvl=warn\" | logfmt | line_format `{{.n}}` "));
    push("winch", now(), "lvl=info n=1", "lvl=warn n=2", "lvl=warn n=3");

    assertThat(follower.awaitLines(2)).containsExactly("2", "3");
    JsonNode stream = follower.streams().getFirst();
    assertThat(stream.get("stream").get("lvl").asString()).isEqualTo("warn");
    assertThat(stream.get("stream").get("service_name").asString()).isEqualTo("winch");
    assertThat(stream.get("values").get(0)).hasSize(2);
  }

  @Test
  void tail_withFlags_keepsLabelsApart() {
    client.push("{\"app\":\"buoy\"}", "[\"" + now() + "\",\"lvl=warn\",{\"zone\":\"7\"}]");
    TailFollower follower = new TailFollower();
    follow(
        follower,
        path("/loki/api/v1/tail", "query", "{app=\"buoy\"} | logfmt"),
        "X-Loki-Response-Encoding-Flags",
        "categorize-labels");

    follower.awaitLines(1);
    JsonNode message = follower.messages.getFirst();
    assertThat(message.get("streams").get(0).get("stream").toString())
        .isEqualTo("{\"app\":\"buoy\",\"service_name\":\"buoy\"}");
    assertThat(message.get("streams").get(0).get("values").get(0).get(2).toString())
        .isEqualTo("{\"structuredMetadata\":{\"zone\":\"7\"},\"parsed\":{\"lvl\":\"warn\"}}");
    assertThat(message.toString()).endsWith("],\"encodingFlags\":[\"categorize-labels\"]}");
  }

  @Test
  void tail_legacyPath_hasTheOldShape() {
    TailFollower follower = new TailFollower();
    follow(follower, path("/api/prom/tail", "query", "{app=\"raft\"}"));
    long nanos = now();
    push("raft", nanos, "hello");

    await(() -> !follower.messages.isEmpty());
    JsonNode message = follower.messages.getFirst();
    assertThat(message.get("dropped_entries").isNull()).isTrue();
    JsonNode stream = message.get("streams").get(0);
    assertThat(stream.get("labels").asString()).contains("app=\"raft\"");
    assertThat(stream.get("entries").get(0).get("line").asString()).isEqualTo("hello");
    assertThat(stream.get("entries").get(0).get("ts").asString()).endsWith("Z");
  }

  @Test
  void tail_repeatedPush_isSentOnce() {
    TailFollower follower = new TailFollower();
    follow(follower, path("/loki/api/v1/tail", "query", "{app=\"mast\"}"));
    long nanos = now();
    push("mast", nanos, "a", "b");
    push("mast", nanos, "a", "b", "c");

    assertThat(follower.awaitLines(3)).containsExactly("a", "b", "c");
  }

  @Test
  void tail_withDelay_putsLinesInOrder() {
    TailFollower follower = new TailFollower();
    follow(follower, path("/loki/api/v1/tail", "query", "{app=~\"oar.\"}", "delay_for", "1"));
    long nanos = now();
    push("oar2", nanos, "second");
    push("oar1", nanos - 1_000_000, "first");

    assertThat(follower.awaitLines(2)).containsExactly("first", "second");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '`',
      textBlock =
          """
          query={app="x"}&delay_for=6 -> 400 delay_for can't be greater than 5
          query={app="x"}&delay_for=-1 -> 400 delay_for can't be greater than 5
          query={app="x"}&delay_for=x -> 400 strconv.Atoi: parsing "x": invalid syntax
          query={app="x"}&limit=5001 -> 400 max entries limit
          query={app="x"}&start=abc -> 400 could not parse 'start' parameter
          query={app= -> 400 parse error
          query={app=~".*"} -> 400 parse error
          """)
  void upgrade_badParameters_areRefusedBefore(String parameters, String expected) throws Exception {
    StringBuilder query = new StringBuilder("/loki/api/v1/tail");
    for (String pair : parameters.split("&")) {
      int at = pair.indexOf('=');
      query
          .append(query.indexOf("?") < 0 ? '?' : '&')
          .append(pair, 0, at + 1)
          .append(URLEncoder.encode(pair.substring(at + 1), StandardCharsets.UTF_8));
    }
    try (Socket socket = new Socket("127.0.0.1", URI.create(server.address()).getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET "
                      + query
                      + " HTTP/1.1\r\n"
                      + "Host: x\r\n"
                      + "Upgrade: websocket\r\n"
                      + "Connection: upgrade, close\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + expected.substring(0, 3));
      assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
          .startsWith(expected.substring(4));
    }
  }

  @Test
  void get_withoutUpgrade_isABadRequest() {
    SkaldClient.Answer answer = client.get("/loki/api/v1/tail", "query", "{app=\"x\"}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).isEqualTo("Bad Request\n");
  }

  @Test
  void metricQuery_isToldInTheCloseFrame() throws Exception {
    TailFollower follower = new TailFollower();
    follow(follower, path("/loki/api/v1/tail", "query", "rate({app=\"x\"}[1m])"));

    assertThat(follower.closed.get(10, TimeUnit.SECONDS))
        .isEqualTo("1011 only log selector is supported");
  }

  @Test
  void tails_beyondTheLimit_areToldSo() throws Exception {
    for (int i = 0; i < 4; i++) {
      follow(new TailFollower(), path("/loki/api/v1/tail", "query", "{app=\"dock\"}"));
    }
    await(() -> client.metric("skald_querier_tails") == 4);
    TailFollower fifth = new TailFollower();
    follow(fifth, path("/loki/api/v1/tail", "query", "{app=\"dock\"}"));

    assertThat(fifth.closed.get(10, TimeUnit.SECONDS))
        .isEqualTo(
            "1011 rpc error: code = Code(400) desc = max concurrent tail requests limit exceeded,"
                + " count > limit (5 > 4)");
  }

  @Test
  void client_thatDoesNotRead_losesLinesButHoldsNobodyUp() throws Exception {
    String line = "x".repeat(100_000);
    int before = client.metric("skald_querier_tail_lines_dropped_total");
    try (Socket slow = new Socket("127.0.0.1", URI.create(server.address()).getPort())) {
      slow.getOutputStream()
          .write(
              ("GET "
                      + path("/loki/api/v1/tail", "query", "{app=\"flood\"}")
                      + " HTTP/1.1\r\n"
                      + "Host: x\r\n"
                      + "Upgrade: websocket\r\n"
                      + "Connection: upgrade\r\n"
                      + "Sec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      await(() -> client.metric("skald_querier_tails") == 1);
      for (int i = 0; i < 400; i++) {
        push("flood", now(), line + i);
      }
      await(() -> client.metric("skald_querier_tail_lines_dropped_total") > before);

      String read =
          readUntil(
              slow.getInputStream(),
              "\"dropped_entries\":[{\"timestamp\":\"",
              () -> push("flood", now(), "more"));
      assertThat(read).contains("\"labels\":{\"app\":\"flood\"");
    }
  }

  private static String readUntil(InputStream in, String wanted, Runnable meanwhile)
      throws Exception {
    StringBuilder read = new StringBuilder();
    byte[] buffer = new byte[1 << 16];
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (read.indexOf(wanted) < 0 || read.indexOf("\"labels\"", read.indexOf(wanted)) < 0) {
      assertThat(System.nanoTime()).as("no " + wanted).isLessThan(deadline);
      if (in.available() == 0) {
        meanwhile.run();
      }
      int count = in.read(buffer, 0, buffer.length);
      assertThat(count).isPositive();
      read.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      read.delete(0, Math.max(0, read.length() - 200_000));
    }
    return read.toString();
  }

  @Test
  void server_thatStops_saysGoodbye(@TempDir Path own) throws Exception {
    SkaldProcess stopping = SkaldProcess.serve(own, SkaldProcess.freePort(), SETTINGS);
    TailFollower follower = new TailFollower();
    HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .buildAsync(
            URI.create(
                stopping.address().replace("http", "ws")
                    + path("/loki/api/v1/tail", "query", "{app=\"x\"}")),
            follower)
        .join();
    long begin = System.nanoTime();

    assertThat(stopping.stop()).as("exit code").isZero();
    assertThat(follower.closed.get(10, TimeUnit.SECONDS)).isEqualTo("1001 the server is stopping");
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(15);
  }

  @Test
  void tail_ofSeveralTenants_isRefused(@TempDir Path own) {
    try (SkaldProcess tenants = SkaldProcess.serve(own, SkaldProcess.freePort(), SETTINGS, true)) {
      SkaldClient asking = new SkaldClient(tenants.address());
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create(tenants.address() + path("/loki/api/v1/tail", "query", "{app=\"x\"}")))
              .GET();

      assertThat(asking.send(request.copy()).text()).isEqualTo("no org id\n");
      assertThat(asking.as("a|b").send(request.copy()).text())
          .isEqualTo("multiple org IDs present");
    }
  }
}

package io.skald.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpServerTest {
  private static final Duration SHORT = Duration.ofMillis(1500);

  private final CountDownLatch waiting = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() {
    Router router =
        new Router()
            .read(
                "/echo",
                request ->
                    HttpResponse.text(
                        200,
                        request.method()
                            + " "
                            + request.parameters("q")
                            + " "
                            + request.body().length))
            .get(
                "/label/{name}/values",
                Permission.READ,
                request -> HttpResponse.text(200, request.pathParameter()))
            .named(
                "GET",
                "/rules/{namespace}/{group}",
                Permission.READ,
                request -> HttpResponse.text(200, request.pathSegments().toString()))
            .get("/large", Permission.READ, _ -> HttpResponse.text(200, "x".repeat(3_000_000)))
            .get(
                "/fail",
                Permission.READ,
                _ -> {
                  throw new IllegalStateException("secret detail");
                })
            .get(
                "/wait",
                Permission.READ,
                _ -> {
                  waiting.countDown();
                  try {
                    goOn.await(10, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return HttpResponse.text(200, "waited");
                })
            .push("/push", request -> HttpResponse.empty(204), 1000);
    HttpServerConfig config =
        new HttpServerConfig(
            "127.0.0.1",
            0,
            128 << 10,
            64,
            SHORT,
            SHORT,
            SHORT,
            Duration.ofSeconds(20),
            SHORT,
            8,
            8,
            100_000,
            List.of("https://app.example"),
            true);
    server = new HttpServer(config, router, RequestObserver.NONE, Clock.system());
    server.start();
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    server.close(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          GET /nowhere               => 404
          GET /echo/                 => 404
          PUT /echo                  => 405
          HEAD /echo                 => 405
          OPTIONS /echo              => 405
          GET /push                  => 405
          GET //echo                 => 301
          GET /x/../echo             => 301
          GET /./echo                => 301
          GET /label/a/values        => 200
          GET /label/a%2Fb/values    => 404
          GET /label/a%2fb/values    => 404
          GET /label//values         => 301
          GET /rules/a/b             => 200
          GET /rules/a%2Fb/c%2f      => 200
          GET /rules/..%2Fa/%2e%2e   => 200
          GET /rules/%zz/b           => 400
          GET /rules/a/%zz           => 400
          GET /rules/a/b/            => 404
          GET /rules/a/b/c           => 404
          PUT /rules/a/b             => 405
          GET /label/%zz/values      => 400
          GET /echo?q=%zz            => 400
          GET /echo?q=%              => 400
          """)
  void request_pathAndMethod_haveTheirStatus(String line, int status) throws IOException {
    assertThat(exchange(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status + " ");
  }

  @Test
  void answer_toScriptOfListedOrigin_letsItRead() throws IOException {
    String answer = fromOrigin("GET", "https://app.example", "");

    assertThat(answer)
        .contains("access-control-allow-origin: https://app.example\r\n")
        .contains("access-control-allow-credentials: true\r\n")
        .contains("vary: origin\r\n");
    assertThat(fromOrigin("GET", "https://other.example", ""))
        .startsWith("HTTP/1.1 200 ")
        .doesNotContain("access-control-");
  }

  @Test
  void preflight_ofListedOrigin_tellsTheMethodsOfThePath() throws IOException {
    String asks =
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-scope-orgid\r\n";

    assertThat(fromOrigin("OPTIONS", "https://app.example", asks))
        .startsWith("HTTP/1.1 204 ")
        .contains("Access-Control-Allow-Methods: GET, POST\r\n")
        .contains("Access-Control-Allow-Headers: x-scope-orgid\r\n")
        .contains("access-control-allow-origin: https://app.example\r\n");
    assertThat(fromOrigin("OPTIONS", "https://other.example", asks)).startsWith("HTTP/1.1 405 ");
  }

  private String fromOrigin(String method, String origin, String headers) throws IOException {
    return exchange(
        method
            + " /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nOrigin: "
            + origin
            + "\r\n"
            + headers
            + "\r\n");
  }

  @Test
  void request_namesWithSlashes_arriveDecoded() throws IOException {
    String answer =
        exchange("GET /rules/a%2Fb/..%2f HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).endsWith("\r\n\r\n[rules, a/b, ../]");
  }

  @Test
  void request_unknownPath_isPlainText() throws IOException {
    String answer = exchange("GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer)
        .contains("text/plain; charset=utf-8")
        .endsWith("\r\n\r\n404 page not found\n");
  }

  @Test
  void request_wrongMethod_hasEmptyBodyAndNoType() throws IOException {
    String answer = exchange("PUT /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(answer).contains("content-length: 0").doesNotContain("content-type");
  }

  @Test
  void request_queryAndForm_areMerged() throws IOException {
    String form = "q=b+c&q=%64";
    String answer =
        exchange(
            "POST /echo?q=a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                + form.length()
                + "\r\n\r\n"
                + form);

    assertThat(answer).endsWith("POST [a, b c, d] 11");
  }

  @Test
  void request_label_isDecoded() throws IOException {
    assertThat(
            exchange("GET /label/a%20b+c/values HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .endsWith("\r\n\r\na b+c");
  }

  @Test
  void requests_pipelined_areAnsweredInOrder() throws IOException {
    String one = "GET /echo?q=1 HTTP/1.1\r\nHost: x\r\n\r\n";
    String bad = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n";
    String last = "GET /echo?q=3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    String answer = exchange(one + bad + one + last);

    assertThat(answer.indexOf("[1]")).isPositive();
    assertThat(answer.indexOf("404 page")).isGreaterThan(answer.indexOf("[1]"));
    assertThat(answer.lastIndexOf("[1]")).isGreaterThan(answer.indexOf("404 page"));
    assertThat(answer.indexOf("[3]")).isGreaterThan(answer.lastIndexOf("[1]"));
  }

  @Test
  void request_http10_isAnsweredAndClosed() throws IOException {
    assertThat(exchange("GET /echo HTTP/1.0\r\n\r\n")).contains(" 200 ").endsWith("GET [] 0");
  }

  @Test
  void request_expectContinue_getsIt() throws IOException {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST /push HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"
              + "Connection: close\r\n\r\n");
      byte[] first = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue".length());
      assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 100 Continue");
      send(socket, "abc");
      assertThat(rest(socket)).contains("HTTP/1.1 204 ");
    }
  }

  @Test
  void request_declaredBodyTooLarge_isRefusedBeforeItIsRead() throws IOException {
    assertThat(exchange("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ")
        .contains("connection: close")
        .endsWith("request body too large: message size too large than max (5000 vs 1000)\n");
  }

  @Test
  void request_chunkedBodyTooLarge_isCutOff() throws IOException {
    String chunk = "3e8\r\n" + "x".repeat(1000) + "\r\n";
    assertThat(
            exchange(
                "POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + chunk
                    + chunk))
        .startsWith("HTTP/1.1 413 ");
  }

  @Test
  void request_bodiesBeyondTheBudget_areRefused() throws IOException {
    assertThat(exchange("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"))
        .startsWith("HTTP/1.1 503 ");
  }

  @Test
  void request_hugeHeaders_are431() throws IOException {
    String header = "X-A: " + "y".repeat(200_000) + "\r\n";
    assertThat(exchange("GET /echo HTTP/1.1\r\nHost: x\r\n" + header + "\r\n"))
        .startsWith("HTTP/1.1 431 ");
  }

  @Test
  void request_headersOf64KiB_areTaken() throws IOException {
    String header = "X-A: " + "y".repeat(65_000) + "\r\n";
    assertThat(exchange("GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + "\r\n"))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void request_garbage_is400AndClosed() throws IOException {
    assertThat(exchange("\u0001\u0002garbage\r\n\r\n")).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void connection_slowHeader_isCut() throws IOException {
    assertThat(exchange("GET /echo HTTP/1.1\r\nHost:")).isEmpty();
  }

  @Test
  void connection_slowBody_isCut() throws IOException {
    assertThat(exchange("POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab")).isEmpty();
  }

  @Test
  void connection_silent_isClosed() throws IOException {
    assertThat(exchange("")).isEmpty();
  }

  @Test
  void connections_overTheLimit_areClosed() throws IOException {
    Socket[] sockets = new Socket[8];
    try {
      for (int i = 0; i < sockets.length; i++) {
        sockets[i] = connect();
        send(sockets[i], "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(sockets[i].getInputStream().read()).isEqualTo('H');
      }
      try (Socket extra = connect()) {
        assertThat(extra.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : sockets) {
        if (socket != null) {
          socket.close();
        }
      }
    }
  }

  @Test
  void handler_throws_answers500WithoutDetail() throws IOException {
    assertThat(exchange("GET /fail HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 500 ")
        .doesNotContain("secret");
  }

  @Test
  void response_large_isCompressedForThoseWhoAccept() throws Exception {
    var request =
        java.net.http.HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/large"))
            .header("Accept-Encoding", "gzip")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var response = client.send(request, java.net.http.HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
      try (InputStream body = new GZIPInputStream(response.body())) {
        assertThat(body.readAllBytes()).hasSize(3_000_000);
      }
    }
  }

  @Test
  void response_large_arrivesWhole() throws IOException {
    assertThat(exchange("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
        .hasSizeGreaterThan(3_000_000)
        .endsWith("xxx");
  }

  @Test
  void response_headerWithLineBreak_isRefused() {
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> HttpResponse.empty(200).withHeader("A", "b\r\nC: d"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void close_runningRequest_isAnsweredFirst() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();
      Thread closer = Thread.ofVirtual().start(() -> server.close(Duration.ofSeconds(5)));
      goOn.countDown();
      assertThat(rest(socket)).startsWith("HTTP/1.1 200 ").endsWith("waited");
      closer.join();
    }
  }

  @Test
  void tenantHeader_rules_areThoseOfTheContract() {
    TenantHeader off = new TenantHeader(false);
    TenantHeader on = new TenantHeader(true);

    assertThat(off.ofPush(request("a/b")).value()).isEqualTo("fake");
    assertThat(on.ofPush(request("team-a")).value()).isEqualTo("team-a");
    assertThat(on.ofQuery(request("b|a|b")).ids())
        .extracting(Object::toString)
        .containsExactly("a", "b");
    assertThat(on.ofQuery(request("a|")))
        .isEqualTo(new TenantHeader.Tenants(List.of(new TenantId("a")), true));
    assertThat(on.ofQuery(request("a")).several()).isFalse();
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> on.ofQuery(request("|")))
        .hasMessage("no org id\n");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> on.ofPush(request("a|b")))
        .hasMessage("multiple org IDs present\n");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> on.ofPush(request("bad/tenant")))
        .hasMessage("tenant ID 'bad/tenant' contains unsupported character '/'\n");
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> on.ofPush(request("")))
        .hasMessage("no org id\n");
  }

  private static HttpRequest request(String tenant) {
    return new HttpRequest(
        "GET",
        "/",
        "",
        Map.of(),
        Map.of("x-scope-orgid", java.util.List.of(tenant)),
        new byte[0],
        new java.util.concurrent.atomic.AtomicBoolean(),
        new java.util.concurrent.atomic.AtomicReference<>(),
        RequestTrace.NONE);
  }

  private String exchange(String request) throws IOException {
    try (Socket socket = connect()) {
      send(socket, request);
      return rest(socket);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  private static String rest(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (java.net.SocketException e) {
      return ""; // a reset: cut off
    }
  }
}

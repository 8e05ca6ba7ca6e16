package io.skald.common.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no proper client sends, over real sockets. */
class HostileRequestsTest {
  private static final Duration HEADER_TIME = Duration.ofMillis(400);
  private static final Duration READ_TIME = Duration.ofMillis(1200);
  private static final String CLOSE = "Connection: close\r\n\r\n";

  private final AtomicInteger handled = new AtomicInteger();
  private final CountDownLatch decide = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() {
    Router router =
        new Router()
            .read(
                "/echo",
                request -> {
                  handled.incrementAndGet();
                  return HttpResponse.text(200, request.path() + " " + request.body().length);
                })
            .get(
                "/label/{name}/values",
                Permission.READ,
                request -> HttpResponse.text(200, request.pathParameter()))
            .push("/push", _ -> HttpResponse.empty(204), 1 << 20)
            .admin("/admin", _ -> HttpResponse.empty(204));
    server =
        new HttpServer(config(), router, new Slow(), null, RequestObserver.NONE, Clock.system());
    server.start();
  }

  private static HttpServerConfig config() {
    return new HttpServerConfig(
        "127.0.0.1",
        0,
        64 << 10,
        32,
        Duration.ofSeconds(5),
        HEADER_TIME,
        READ_TIME,
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        16,
        4,
        1 << 20,
        List.of(),
        true);
  }

  /** Refuses administration, and reading with credentials only after having waited. */
  private final class Slow implements Guard {
    @Override
    public Optional<Decision> decideAtOnce(Attempt attempt) {
      if (attempt.permission() == Permission.ADMIN) {
        return Optional.of(new Decision.Refused(HttpResponse.error(403, "no\n")));
      }
      return attempt.authorization().isEmpty()
          ? Optional.of(Decision.Allowed.AS_ASKED)
          : Optional.empty();
    }

    @Override
    public Decision decide(Attempt attempt) {
      try {
        if (!decide.await(10, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody decided");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (attempt.authorization().contains("Broken")) {
        throw new IllegalStateException("secret detail");
      }
      return new Decision.Allowed("granted");
    }
  }

  @AfterEach
  void stop() {
    decide.countDown();
    server.close(Duration.ofSeconds(2));
  }

  private String exchange(String request) throws IOException {
    return RawHttp.exchange(server.port(), request);
  }

  private static int status(String answer) {
    return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          Content-Length: 3|Content-Length: 4                => 400
          Content-Length: 3, 4                               => 400
          Content-Length: +3                                 => 400
          Content-Length: -3                                 => 400
          Content-Length: 0x3                                => 400
          Content-Length: 3 3                                => 400
          Content-Length: 99999999999999999999               => 400
          Content-Length: 3|Transfer-Encoding: chunked       => 400
          Transfer-Encoding: chunked|Content-Length: 3       => 400
          Transfer-Encoding: chunked|Transfer-Encoding: chunked => 400
          Transfer-Encoding: chunked, identity               => 400
          Transfer-Encoding: gzip, chunked                   => 501
          Transfer-Encoding: xchunked                        => 400
          Transfer-Encoding : chunked                        => 400
          Content-Length : 3                                 => 400
          Host: y                                            => 400
          Content-Length: 0| 3                               => 400
          Content-Length: 3|Transfer-Encoding:| chunked      => 400
          X-A: a\\0b                                         => 400
          X A: b                                             => 400
          : b                                                => 400
          """)
  void request_whoseLengthOrHeadIsAmbiguous_isRefusedAndTheConnectionClosed(
      String headers, int status) throws IOException {
    String lines = headers.replace("|", "\r\n").replace("\\0", "\0") + "\r\n";
    String smuggled = "GET /echo?smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    String answer =
        exchange("POST /echo HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n" + "0\r\n\r\n" + smuggled);

    assertThat(answer).startsWith("HTTP/1.1 ").contains("connection: close");
    assertThat(status(answer)).isEqualTo(status);
    assertThat(answer.split("HTTP/1.1 ", -1)).as("one answer only").hasSize(2);
    assertThat(handled).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\nabc\r\n0\r\n\r\n",
        "-1\r\nabc\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nabc",
        "7fffffffffffffff1\r\nabc",
        "3\r\nabcXX0\r\n\r\n",
        "3\r\nabc\r\nzz\r\n",
      })
  void body_withDamagedChunks_isRefused(String chunks) throws IOException {
    String next = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";

    String answer =
        exchange(
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + next);

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("connection: close");
    assertThat(answer.split("HTTP/1.1 ", -1)).as("one answer only").hasSize(2);
    assertThat(handled).hasValue(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          /../../etc/passwd          => 301
          /echo/../../../etc/passwd  => 301
          /label/..%2fetc/values     => 404
          /label/%2e%2e%2fx/values   => 404
          /label/../values           => 301
          /echo%00                   => 404
          /echo%2f                   => 404
          //echo                     => 301
          //evil.example/..          => 301
          /%2fevil.example/          => 404
          /echo;x=y                  => 404
          /ECHO                      => 404
          /echo/                     => 404
          echo                       => 404
          *                          => 404
          """)
  void path_withTricks_reachesNoOtherRoute(String path, int status) throws IOException {
    String answer = exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + CLOSE);

    assertThat(status(answer)).isEqualTo(status);
    assertThat(handled).hasValue(0);
  }

  @Test
  void redirect_toDoubledSlashes_staysOnThisServer() throws IOException {
    for (String path :
        List.of("//evil.example", "///evil.example/", "/.//evil.example", "/x/..//e")) {
      String answer = exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + CLOSE);

      assertThat(
              answer.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("location:")))
          .singleElement()
          .asString()
          .matches("(?i)location: /[^/].*");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'//echo\rX-Injected: 1'",
    "'//echo\nX-Injected: 1'",
    "'//echo%0d%0aX-Injected:%201'",
    "'//echo?a=\rX-Injected: 1'",
    "'//echo?a=%0d%0aX-Injected:%201'",
    "'//echo\u010aX-Injected:1'",
  })
  void redirect_withLineBreaksInThePath_injectsNoHeader(String path) throws IOException {
    String answer = exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + CLOSE);

    assertThat(answer.lines()).noneMatch(line -> line.startsWith("X-Injected"));
  }

  @Test
  void head_withTooManyFields_is431() throws IOException {
    StringBuilder fields = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      fields.append("X-").append(i).append(": y\r\n");
    }

    assertThat(exchange("GET /echo HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("too many request header fields");
  }

  @Test
  void head_larger_is431AndALongLine414() throws IOException {
    assertThat(exchange("GET /echo HTTP/1.1\r\nHost: x\r\nX-A: " + "y".repeat(70_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ");
    assertThat(exchange("GET /echo?" + "y".repeat(300_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ");
  }

  @Test
  void host_missingIn11_is400_andIn10NotNeeded() throws IOException {
    assertThat(exchange("GET /echo HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(exchange("GET /echo HTTP/1.0\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ")
        .contains("connection: close")
        .endsWith("/echo 0");
    assertThat(exchange("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
    assertThat(exchange("GET /echo HTTP/2.0\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 505 ");
  }

  @Test
  void pipelined_afterARefusedBody_isNotAnswered() throws IOException {
    String large = "POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n";
    String next = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";

    assertThat(exchange(large + next)).startsWith("HTTP/1.1 413 ").doesNotContain(" 200 ");
    assertThat(handled).hasValue(0);
  }

  /** Sends one byte after the other until the server has had enough. */
  private static long dripMillis(Socket socket) throws IOException {
    long began = System.nanoTime();
    socket.setSoTimeout(50);
    while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(8)) {
      try {
        RawHttp.send(socket, "a");
        if (socket.getInputStream().read() < 0) {
          break;
        }
      } catch (java.net.SocketTimeoutException e) {
        continue; // the pause between two drops
      } catch (SocketException e) {
        break;
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  @Test
  void head_dripping_isCutAfterTheTimeOfHeads() throws IOException {
    try (Socket socket = RawHttp.connect(server.port())) {
      RawHttp.send(socket, "GET /echo HTTP/1.1\r\nHost: x\r\nX-A: ");

      assertThat(dripMillis(socket)).isBetween(HEADER_TIME.toMillis() - 100, 1100L);
    }
    assertThat(server.statistics().timedOutConnections()).isEqualTo(1);
  }

  @Test
  void body_dripping_isCutAfterTheTimeOfRequests() throws IOException {
    try (Socket socket = RawHttp.connect(server.port())) {
      RawHttp.send(socket, "POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");

      assertThat(dripMillis(socket)).isBetween(READ_TIME.toMillis() - 200, 4000L);
    }
    assertThat(server.statistics().timedOutConnections()).isEqualTo(1);
  }

  @Test
  void bodies_announcedOnly_leaveRoomForOthers() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        Socket socket = RawHttp.connect(server.port());
        silent.add(socket);
        RawHttp.send(socket, "POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
      }
      String body = "b".repeat(100_000);

      assertThat(
              exchange(
                  "POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n" + CLOSE + body))
          .startsWith("HTTP/1.1 204 ");
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void connections_ofOneAddressBeyondItsLimit_areClosed() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        Socket socket = RawHttp.connect(server.port());
        open.add(socket);
        RawHttp.send(socket, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
      try (Socket fifth = RawHttp.connect(server.port())) {
        assertThat(fifth.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.statistics().openConnections()).isEqualTo(4);
      assertThat(server.statistics().refusedConnections()).isEqualTo(1);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void guard_refuses_beforeTheBodyIsAskedFor() throws IOException {
    String answer =
        exchange(
            "POST /admin HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 403 ").doesNotContain("100 Continue");
  }

  @Test
  void guard_takesTime_requestWaitsWithItsBodyAndThoseBehindIt() throws IOException {
    try (Socket socket = RawHttp.connect(server.port())) {
      RawHttp.send(
          socket,
          "POST /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Slow\r\nContent-Length: 3\r\n\r\nabc"
              + "GET /echo HTTP/1.1\r\nHost: x\r\n"
              + CLOSE);
      assertThat(handled).hasValue(0);
      decide.countDown();

      String answer = RawHttp.rest(socket);
      assertThat(answer).contains("/echo 3").endsWith("/echo 0");
    }
  }

  @Test
  void guard_fails_isAnInternalErrorWithoutDetail() throws IOException {
    decide.countDown();

    assertThat(exchange("GET /echo HTTP/1.1\r\nHost: x\r\nAuthorization: Broken\r\n" + CLOSE))
        .startsWith("HTTP/1.1 500 ")
        .doesNotContain("secret");
    assertThat(handled).hasValue(0);
  }
}

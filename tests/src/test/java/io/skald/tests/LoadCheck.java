package io.skald.tests;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a small server bears: many idle connections, tails, steady pushes and light queries at once;
 * then a storm of pushes at a multiple of the rate limit. Fails when anything is answered with an
 * error, a tail misses or doubles a line, the light query is slow, or memory grows.
 *
 * <p>{@code java ... io.skald.tests.LoadCheck SECONDS [FOLDER]}, from the folder of this module.
 */
final class LoadCheck {
  private static final int IDLE_CONNECTIONS = 1000;
  private static final int TAILS = 200;
  private static final int PUSHES_PER_SECOND = 50;
  private static final int QUERIES_PER_SECOND = 20;
  private static final int APPS = 20;
  private static final int LINES_PER_PUSH = 10;
  private static final long MAX_P99_MILLIS = 250;

  /** How far the resident size may be above that of the first half, in the second half. */
  private static final double MAX_GROWTH = 1.25;

  /** Below the server's idle limit, so that a connection stays open though it does nothing. */
  private static final long TOUCH_SECONDS = 60;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final Path work;
  private final int seconds;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, AtomicInteger> errors = new ConcurrentHashMap<>();
  private final List<Long> queryNanos = new ArrayList<>();
  private final List<Long> residentKib = new ArrayList<>();
  private final AtomicLong pushes = new AtomicLong();

  /** Lines acknowledged, by application. */
  private final AtomicLong[] acknowledged = new AtomicLong[APPS];

  private volatile boolean running = true;

  LoadCheck(Path work, int seconds) {
    this.work = work;
    this.seconds = seconds;
    for (int i = 0; i < APPS; i++) {
      acknowledged[i] = new AtomicLong();
    }
  }

  /** Args: seconds of the steady load, and perhaps a folder to work in. */
  public static void main(String[] args) throws Exception {
    Path work = args.length > 1 ? Path.of(args[1]) : Files.createTempDirectory("skald-load");
    new LoadCheck(work, Integer.parseInt(args[0])).run();
    System.out.println("load: all checks passed");
  }

  void run() throws Exception {
    steadyLoad();
    storm();
  }

  private void steadyLoad() throws Exception {
    try (SkaldProcess skald = server("steady", "max_concurrent_tail_requests: 1000")) {
      List<Tail> tails = openTails(skald);
      threads.execute(() -> idleConnections(skald));
      threads.execute(() -> repeat(PUSHES_PER_SECOND, n -> push(skald, n)));
      threads.execute(() -> repeat(QUERIES_PER_SECOND, n -> query(skald, n)));
      long cpu = cpuTicks(skald);
      for (int second = 0; second < seconds; second++) {
        TimeUnit.SECONDS.sleep(1);
        residentKib.add(residentKib(skald));
      }
      running = false;
      TimeUnit.SECONDS.sleep(5);
      report(skald, cpuTicks(skald) - cpu);
      checkTails(tails);
      checkSteady();
    }
  }

  private SkaldProcess server(String name, String limits) throws IOException {
    Path home = Files.createDirectories(work.resolve(name));
    int port = SkaldProcess.freePort();
    Path config = home.resolve("skald.yaml");
    Files.writeString(
        config,
        """
        auth_enabled: false
        server: {http_listen_address: 127.0.0.1, http_listen_port: %d, log_level: warn}
        common: {path_prefix: ./data}
        limits_config: {%s}
        """
            .formatted(port, limits));
    return SkaldProcess.start(home, port, List.of("server", "-config.file=" + config));
  }

  // ---- idle connections

  private void idleConnections(SkaldProcess skald) {
    List<Socket> sockets = new ArrayList<>();
    int port = URI.create(skald.address()).getPort();
    try {
      for (int i = 0; i < IDLE_CONNECTIONS; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        sockets.add(socket);
      }
      while (running) {
        for (Socket socket : sockets) {
          touch(socket);
        }
        for (int i = 0; i < TOUCH_SECONDS && running; i++) {
          TimeUnit.SECONDS.sleep(1);
        }
      }
    } catch (IOException | InterruptedException e) {
      error("idle connection: " + e);
    } finally {
      for (Socket socket : sockets) {
        try {
          socket.close();
        } catch (IOException e) {
          error("closing an idle connection: " + e);
        }
      }
    }
  }

  /** Asks for {@code /ready} and reads the whole answer; the connection must still be open. */
  private static void touch(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /ready HTTP/1.1\r\nHost: load\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    InputStream in = new BufferedInputStream(socket.getInputStream());
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed by the server after: " + head);
      }
      head.append((char) next);
    }
    if (in.readNBytes(6).length != 6 || !head.toString().startsWith("HTTP/1.1 200")) {
      throw new IOException("unexpected answer: " + head);
    }
  }

  // ---- tails

  /** One WebSocket that counts the lines of an application. */
  private final class Tail implements WebSocket.Listener {
    private final int app;
    private final AtomicLong lines = new AtomicLong();
    private final StringBuilder text = new StringBuilder();

    Tail(int app) {
      this.app = app;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        if (message.contains("\"dropped_entries\":[{")) {
          error("a tail was told of dropped entries");
        }
        lines.addAndGet(count(message, "load line"));
      }
      socket.request(1);
      return java.util.concurrent.CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      if (running) {
        error("a tail was closed: " + status + " " + reason);
      }
      return java.util.concurrent.CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      if (running) {
        error("a tail failed: " + failure);
      }
    }
  }

  private List<Tail> openTails(SkaldProcess skald) {
    List<Tail> tails = new ArrayList<>();
    String base = skald.address().replace("http:", "ws:") + "/loki/api/v1/tail?query=";
    for (int i = 0; i < TAILS; i++) {
      Tail tail = new Tail(i % APPS);
      http.newWebSocketBuilder()
          .buildAsync(URI.create(base + encode("{app=\"app-" + tail.app + "\"}")), tail)
          .join();
      tails.add(tail);
    }
    return tails;
  }

  private void checkTails(List<Tail> tails) {
    for (Tail tail : tails) {
      long expected = acknowledged[tail.app].get();
      if (tail.lines.get() != expected) {
        error("a tail saw other than the lines that were acknowledged");
        System.out.printf("tail of app-%d: %d lines of %d%n", tail.app, tail.lines.get(), expected);
      }
    }
  }

  // ---- pushes and queries

  @FunctionalInterface
  private interface Call {
    void run(int number) throws IOException, InterruptedException;
  }

  /** Starts {@code perSecond} calls a second, each on a thread of its own, until the load ends. */
  private void repeat(int perSecond, Call call) {
    long start = System.nanoTime();
    Semaphore open = new Semaphore(perSecond * 10);
    for (int n = 0; running; n++) {
      long due = start + n * TimeUnit.SECONDS.toNanos(1) / perSecond;
      try {
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        open.acquire();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      int number = n;
      threads.execute(() -> {
        try {
          call.run(number);
        } catch (IOException | InterruptedException e) {
          error("no answer: " + e);
        } finally {
          open.release();
        }
      });
    }
  }

  private void push(SkaldProcess skald, int number) throws IOException, InterruptedException {
    int app = number % APPS;
    int status = send(skald, body(app, number, LINES_PER_PUSH, "")).statusCode();
    if (status == 204) {
      acknowledged[app].addAndGet(LINES_PER_PUSH);
      pushes.incrementAndGet();
    } else {
      error("push answered " + status);
    }
  }

  private HttpResponse<String> send(SkaldProcess skald, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(skald.address() + "/loki/api/v1/push"))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(60))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String body(int app, int number, int lines, String padding) {
    StringBuilder out = new StringBuilder("{\"streams\":[{\"stream\":{\"app\":\"app-");
    out.append(app).append("\"},\"values\":[");
    long now = System.currentTimeMillis() * 1_000_000L;
    for (int i = 0; i < lines; i++) {
      out.append(i == 0 ? "" : ",").append("[\"").append(now + i);
      out.append("\",\"level=").append(i % 5 == 0 ? "error" : "info");
      out.append(" msg=\\\"load line\\\" push=").append(number).append(" line=").append(i);
      out.append(" took=").append(number % 997).append("ms").append(padding).append("\"]");
    }
    return out.append("]}]}").toString();
  }

  private void query(SkaldProcess skald, int number) throws IOException, InterruptedException {
    String selector = "{app=\"app-" + number % APPS + "\"}";
    boolean metric = number % 2 == 0;
    String query =
        metric
            ? "sum by (level) (count_over_time(" + selector + " | logfmt [1m]))"
            : selector + " |= \"level=error\"";
    long now = System.currentTimeMillis() * 1_000_000L;
    String url =
        "/loki/api/v1/query_range?limit=100&step=15&start="
            + (now - TimeUnit.MINUTES.toNanos(5))
            + "&end="
            + now
            + "&query="
            + encode(query);
    long started = System.nanoTime();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(skald.address() + url))
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    long nanos = System.nanoTime() - started;
    if (answer.statusCode() != 200) {
      error("query answered " + answer.statusCode());
    }
    synchronized (queryNanos) {
      queryNanos.add(nanos);
    }
  }

  // ---- the storm

  /** Ten times the default rate of a tenant for a while: refused clearly, memory flat. */
  private void storm() throws Exception {
    try (SkaldProcess skald = server("storm", "ingestion_rate_mb: 4, ingestion_burst_size_mb: 6")) {
      int stormSeconds = Math.clamp(seconds / 5, 5, 60);
      int perSecond = 40;
      String padding = " x=" + "y".repeat(1000);
      Map<Integer, AtomicInteger> statuses = new ConcurrentHashMap<>();
      AtomicInteger withoutAdvice = new AtomicInteger();
      List<Long> resident = new ArrayList<>();
      running = true;
      threads.execute(() ->
          repeat(
              perSecond,
              number -> {
                HttpResponse<String> answer =
                    send(skald, body(number % APPS, number, 1000, padding));
                statuses
                    .computeIfAbsent(answer.statusCode(), _ -> new AtomicInteger())
                    .incrementAndGet();
                if (answer.statusCode() == 429
                    && answer.headers().firstValue("Retry-After").isEmpty()) {
                  withoutAdvice.incrementAndGet();
                }
              }));
      for (int i = 0; i < stormSeconds; i++) {
        TimeUnit.SECONDS.sleep(1);
        resident.add(residentKib(skald));
      }
      running = false;
      TimeUnit.SECONDS.sleep(5);
      System.out.printf(
          "storm: %d s at about %d MB/s, answers by status %s, RSS KiB max of halves %d, %d%n",
          stormSeconds, perSecond, statuses, maxOf(resident, 0), maxOf(resident, 1));
      expect(statuses.keySet().equals(java.util.Set.of(204, 429)), "storm: statuses " + statuses);
      expect(withoutAdvice.get() == 0, withoutAdvice + " refusals without Retry-After");
      expect(
          maxOf(resident, 1) < maxOf(resident, 0) * MAX_GROWTH, "storm: memory grew: " + resident);
      expect(errors.isEmpty(), "errors: " + errors);
    }
  }

  // ---- figures

  private void report(SkaldProcess skald, long cpuTicks) throws IOException {
    System.out.printf(
        "steady: %d s, %d pushes, %d queries, light query ms p50 %.1f p99 %.1f max %.1f%n",
        seconds,
        pushes.get(),
        queryNanos.size(),
        percentile(50) / 1e6,
        percentile(99) / 1e6,
        percentile(100) / 1e6);
    System.out.printf(
        "steady: server CPU s %.1f, RSS KiB max of halves %d, %d, at the end %d; errors %s%n",
        cpuTicks / 100.0, maxOf(residentKib, 0), maxOf(residentKib, 1), residentKib(skald), errors);
  }

  private void checkSteady() {
    expect(errors.isEmpty(), "errors: " + errors);
    expect(
        percentile(99) < MAX_P99_MILLIS * 1_000_000,
        "p99 of the light query is " + percentile(99) / 1_000_000 + " ms");
    expect(
        maxOf(residentKib, 1) < maxOf(residentKib, 0) * MAX_GROWTH,
        "resident memory grew: " + residentKib);
  }

  private long percentile(int percent) {
    synchronized (queryNanos) {
      List<Long> sorted = queryNanos.stream().sorted().toList();
      return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }
  }

  /** Returns the maximum of the first (0) or second (1) half. */
  private static long maxOf(List<Long> values, int half) {
    int middle = values.size() / 2;
    List<Long> part = half == 0 ? values.subList(0, middle) : values.subList(middle, values.size());
    return part.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  private static long residentKib(SkaldProcess skald) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + skald.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("no VmRSS of process " + skald.pid());
  }

  /** Returns user and system time, in ticks of 10 ms (proc(5), fields 14 and 15). */
  private static long cpuTicks(SkaldProcess skald) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + skald.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private static int count(String text, String part) {
    int found = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      found++;
    }
    return found;
  }

  private void error(String what) {
    errors.computeIfAbsent(what, _ -> new AtomicInteger()).incrementAndGet();
  }

  private static void expect(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}

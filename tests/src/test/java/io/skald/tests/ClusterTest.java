package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of real processes, as {@code deploy/local/cluster} starts it, whose members die. */
class ClusterTest {
  private static final int WRITERS = 4;
  private static final long PATIENCE_SECONDS = 60;
  private static final String ALL = "{app=\"cluster\"}";

  @TempDir Path directory;
  private final int base = 15_000 + 100 * new Random().nextInt(100);
  private final SkaldClient writer = new SkaldClient("http://127.0.0.1:" + (base + 1));
  private final SkaldClient reader = new SkaldClient("http://127.0.0.1:" + base);

  /** Lines that the cluster has acknowledged. */
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();

  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicBoolean writing = new AtomicBoolean(true);
  private final long keyedNanos = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  private boolean started;

  private String cluster(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(SkaldProcess.root().resolve("deploy/local/cluster").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(List.of("--data", directory.toString()));
    Path output = directory.resolve("cluster.out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int status = process.waitFor();
    String text = Files.readString(output);
    assertThat(status).as("%s: %s", command, text).isZero();
    return text;
  }

  @BeforeEach
  void start() throws Exception {
    assumeTrue(
        isInstalled("etcd"), "etcd is not installed (Debian: etcd-server): ClusterTest is skipped");
    started = true;
    cluster("up", "--base", Integer.toString(base));
  }

  static boolean isInstalled(String program) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(program, "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    } catch (IOException _) {
      System.out.println(program + " is not installed");
      return false;
    }
  }

  @AfterEach
  void stop() throws Exception {
    writing.set(false);
    if (started) {
      cluster("down");
    }
  }

  /** Pushes one line after the other; one that is refused is pushed again, as clients do. */
  private void write(CountDownLatch begun) {
    while (writing.get()) {
      String line = "line-" + number.incrementAndGet();
      long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + number.get();
      byte[] body =
          ("{\"streams\":[{\"stream\":{\"app\":\"cluster\",\"shard\":\""
                  + number.get() % 7
                  + "\"},\"values\":[[\""
                  + now
                  + "\",\""
                  + line
                  + "\"]]}]}")
              .getBytes(StandardCharsets.UTF_8);
      while (writer.post("/loki/api/v1/push", "application/json", body).status() != 204) {
        refused.incrementAndGet();
        if (!writing.get()) {
          return;
        }
      }
      acknowledged.add(line);
      begun.countDown();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private List<Thread> startWriters() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(10 * WRITERS);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      threads.add(Thread.ofVirtual().start(() -> write(begun)));
    }
    begun.await();
    return threads;
  }

  /** Waits until so many more lines are acknowledged. */
  private void awaitMore(int lines) {
    int target = acknowledged.size() + lines;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (acknowledged.size() < target) {
      assertThat(System.nanoTime()).as("pushes do not go on").isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private List<String> lines() {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    return reader
        .entries(ALL, now - TimeUnit.HOURS.toNanos(1), now + TimeUnit.HOURS.toNanos(1))
        .stream()
        .map(SkaldClient.Entry::line)
        .toList();
  }

  private void assertWhole(String when) {
    List<String> before = List.copyOf(acknowledged); // writers go on while this reads
    List<String> read = lines();
    assertThat(read).as("%s, nothing is doubled", when).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(read)).as("%s, nothing is lost", when).containsAll(before);
  }

  @Test
  void ingesters_killedAndReplacedUnderLoad_loseAndDoubleNothing() throws Exception {
    List<Thread> threads = startWriters();

    cluster("kill", "ingester-2");
    awaitMore(200);
    assertWhole("with one ingester dead");
    cluster("up", "--base", Integer.toString(base));
    awaitMore(100);
    assertWhole("after its restart");
    int before = refused.get();
    cluster("stop", "ingester-3");
    awaitMore(100);
    cluster("up", "--base", Integer.toString(base));
    awaitMore(100);
    assertThat(refused.get() - before).as("pushes refused in an orderly restart").isZero();
    writing.set(false);
    for (Thread thread : threads) {
      thread.join();
    }

    assertWhole("after an orderly restart");
    assertThat(
            reader
                .get("/loki/api/v1/query", "query", "sum(count_over_time(" + ALL + "[1h]))")
                .text())
        .contains("\"" + lines().size() + "\"]");
    cluster("kill", "ingester-1");
    assertWhole("with another one dead");
    cluster("kill", "ingester-2");
    SkaldClient.Answer partial = reader.get("/loki/api/v1/query_range", "query", ALL);
    assertThat(partial.status()).isEqualTo(503);
    assertThat(partial.text()).contains("2 of 3 ingesters did not answer");
  }

  /** Pushes the same lines of several streams under the same key. */
  private void pushKeyed(int streams) {
    StringBuilder body = new StringBuilder("{\"streams\":[");
    for (int i = 0; i < streams; i++) {
      body.append(i == 0 ? "" : ",")
          .append(
              "{\"stream\":{\"app\":\"keyed\",\"shard\":\""
                  + i
                  + "\"},\"values\":[[\""
                  + keyedNanos)
          .append("\",\"line\"]]}");
    }
    body.append("]}");
    SkaldClient.Answer answer =
        writer.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + (base + 1) + "/loki/api/v1/push"))
                .header("Content-Type", "application/json")
                .header("X-Skald-Batch", "node-1.default/1-00")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
  }

  private int ingesterMetric(int number, String name) {
    return new SkaldClient("http://127.0.0.1:" + (base + 10 + number)).metric(name);
  }

  @Test
  void keyedPush_againThroughAnotherDistributor_completesTheReplicaThatWasAway() throws Exception {
    int streams = 8;
    cluster("kill", "ingester-2");
    pushKeyed(streams);
    cluster("kill", "distributor-1"); // one that knows nothing takes its place
    cluster("up", "--base", Integer.toString(base));

    pushKeyed(streams);
    pushKeyed(streams);

    await(
        "every replica has them",
        () -> ingesterMetric(2, "skald_ingester_stored_lines_total") == streams);
    for (int ingester : new int[] {1, 2, 3}) {
      await(
          "repeated",
          () ->
              ingesterMetric(ingester, "skald_ingester_repeated_lines_total")
                  == (ingester == 2 ? streams : 2 * streams));
      assertThat(ingesterMetric(ingester, "skald_ingester_stored_lines_total"))
          .as("ingester %s", ingester)
          .isEqualTo(streams);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}

package io.skald.tests;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real server that is killed again and again while it is pushed to. What was acknowledged is
 * found after every start, what is found was pushed, and nothing is found twice.
 *
 * <p>Blocks, segments and chunks are small and flushes frequent, so that a kill meets every step of
 * them. To run more kills than the tests do, from the folder {@code tests} after {@code mvn
 * verify}:
 *
 * <pre>
 *  java -cp 'target/test-classes:target/lib/*:../cli/target/skald.jar:../cli/target/lib/*' \
 *    io.skald.tests.KillLoop 200 1 /tmp/kills      # kills, seed, an empty folder
 * </pre>
 */
final class KillLoop {
  private static final int WRITERS = 3;
  private static final int MAX_LIFE_MILLIS = 1500;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Lives that every check looks back on; the last one looks at all. */
  private static final int CHECKED_LIVES = 3;

  private static final String SETTINGS =
      """
      ingester:
        chunk_block_size: 8192
        chunk_target_size: 16384
        chunk_idle_period: 1s
        max_chunk_age: 10m
        flush_check_period: 100ms
        wal: {segment_size: 65536, checkpoint_size: 131072, checkpoint_duration: 1s}
      limits_config: {discover_service_name: [], discover_log_levels: false}
      """;

  private final Path directory;
  private final Random random;
  private final int port = SkaldProcess.freePort();
  private final List<Writer> writers = new ArrayList<>();
  private final List<Long> lifeStarts = new ArrayList<>();
  private final AtomicInteger pushes = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();

  KillLoop(Path directory, long seed) {
    this.directory = directory;
    this.random = new Random(seed);
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i, random.nextLong()));
    }
  }

  /** Pushes with rising timestamps, one line after the other, and remembers what it was told. */
  private final class Writer {
    private final int number;
    private final Random random;
    private final PushLedger ledger;
    private int next;

    Writer(int number, long seed) {
      this.number = number;
      this.random = new Random(seed);
      this.ledger = new PushLedger("writer " + number);
    }

    void run(AtomicBoolean killed) {
      SkaldClient client = new SkaldClient(address());
      while (!killed.get()) {
        Map<Long, String> lines = new TreeMap<>();
        long timestamp = ledger.nextNanos();
        for (int i = 1 + random.nextInt(20); i > 0; i--, timestamp++) {
          String line = "writer " + number + " line " + next++ + "x".repeat(random.nextInt(200));
          lines.put(timestamp, line);
        }
        try {
          SkaldClient.Answer answer = ledger.push(client, labels(), lines);
          if (answer.status() != 204) {
            throw new AssertionError("push: " + answer.status() + " " + answer.text());
          }
          pushes.incrementAndGet();
        } catch (UncheckedIOException _) {
          unanswered.incrementAndGet(); // the server is gone: the lines may be stored or not
          return;
        }
      }
    }

    private String labels() {
      return "{\"app\":\"kill\",\"writer\":\"%d\"}".formatted(number);
    }

    /** Compares what is stored since a time with what was pushed. */
    void check(SkaldClient client, long fromNanos, String where) {
      ledger.check(client, "{app=\"kill\",writer=\"%d\"}".formatted(number), fromNanos, where);
    }
  }

  private String address() {
    return "http://127.0.0.1:" + port;
  }

  /**
   * Lives and kills.
   *
   * @return what was done, for people
   * @throws AssertionError if something was lost or invented
   */
  String run(int kills) throws InterruptedException {
    for (int kill = 0; kill < kills; kill++) {
      lifeStarts.add(System.currentTimeMillis() * NANOS_PER_MILLI);
      try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS)) {
        check(Math.max(0, kill - CHECKED_LIVES), "life " + kill);
        live(server);
      }
    }
    try (SkaldProcess _ = SkaldProcess.serve(directory, port, SETTINGS)) {
      check(0, "the last life");
    }
    return "%,d kills, %,d pushes acknowledged, %,d not answered, %,d lines"
        .formatted(
            kills,
            pushes.get(),
            unanswered.get(),
            writers.stream().mapToInt(writer -> writer.ledger.size()).sum());
  }

  private void check(int life, String where) {
    SkaldClient client = new SkaldClient(address());
    for (Writer writer : writers) {
      if (!writer.ledger.isEmpty()) {
        writer.check(client, lifeStarts.get(life), where);
      }
    }
  }

  private void live(SkaldProcess server) throws InterruptedException {
    AtomicBoolean killed = new AtomicBoolean();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (Writer writer : writers) {
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, failure) -> failures.add(failure))
              .start(() -> writer.run(killed)));
    }
    Thread.sleep(random.nextInt(MAX_LIFE_MILLIS)); // the load needs some time to be under way
    server.kill();
    killed.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("a writer failed", failures.getFirst());
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    KillLoop loop = new KillLoop(Path.of(arguments[2]), Long.parseLong(arguments[1]));
    System.out.println(loop.run(Integer.parseInt(arguments[0])));
  }
}

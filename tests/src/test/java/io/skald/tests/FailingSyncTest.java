package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server, under load, whose syncs fail for a while; see {@link SyncFaults}. */
class FailingSyncTest {
  private static final int WRITERS = 2;
  private static final int LINES = 10;
  private static final int LINE_DIGITS = 200;
  private static final int REFUSALS = 10;
  private static final long PATIENCE_SECONDS = 120;
  private static final long PAUSE_MILLIS = 20;

  private static final String SETTINGS =
      """
      ingester:
        chunk_block_size: 65536
        flush_check_period: 500ms
        wal: {segment_size: 64KB, checkpoint_size: %s, checkpoint_duration: 10m}
      limits_config: {discover_service_name: [], discover_log_levels: false}
      """;

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final List<Writer> writers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private Path data;

  /** Pushes to a stream of its own and remembers what it was told. */
  private final class Writer {
    private final String labels;
    private final String query;
    private final PushLedger ledger;
    private final Random random;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile String refusal = "";

    Writer(int number) {
      labels = "{\"app\":\"sync\",\"writer\":\"%d\"}".formatted(number);
      query = "{app=\"sync\",writer=\"%d\"}".formatted(number);
      ledger = new PushLedger(query);
      random = new Random(number);
    }

    void write() {
      while (running.get()) {
        Map<Long, String> lines = RandomLines.of(random, ledger.nextNanos(), LINES, LINE_DIGITS);
        try {
          SkaldClient.Answer answer = ledger.push(client, labels, lines);
          if (answer.status() == 204) {
            acknowledged.incrementAndGet();
          } else {
            refusal = answer.status() + " " + answer.text();
            refused.incrementAndGet();
          }
        } catch (UncheckedIOException _) {
          return; // the server was killed: the lines may be stored or not
        }
        pause();
      }
    }
  }

  @BeforeEach
  void askForStrace() throws Exception {
    data = directory.toRealPath().resolve("data");
    String obstacle = SyncFaults.obstacle(directory);
    if (!obstacle.isEmpty()) {
      System.out.println("FailingSyncTest is skipped, as no sync can be made to fail: " + obstacle);
    }
    assumeTrue(obstacle.isEmpty(), "no sync can be made to fail");
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i));
    }
  }

  @AfterEach
  void endWriters() throws Exception {
    running.set(false);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void startWriters() {
    writers.forEach(writer -> threads.add(Thread.ofPlatform().start(writer::write)));
  }

  private SkaldProcess serve(String checkpointSize) {
    return SkaldProcess.serve(directory, port, SETTINGS.formatted(checkpointSize));
  }

  private SyncFaults fail(SkaldProcess server, List<Path> files) throws Exception {
    return SyncFaults.attach(server.pid(), directory, files);
  }

  /** Returns the files of the log that pushes need, and its directory. */
  private List<Path> wal() {
    Path folder = data.resolve("wal");
    return Stream.concat(Stream.of(folder), SyncFaults.numbered(folder, "%08d.wal").stream())
        .toList();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS); // for the load to last, and for a server to go on by itself
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** What may become true. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(end);
      pause();
    }
  }

  private void awaitRefusals() throws IOException {
    for (Writer writer : writers) {
      long enough = writer.refused.get() + REFUSALS;
      await("pushes are refused", () -> writer.refused.get() >= enough);
    }
  }

  private void awaitAcknowledged() throws IOException {
    for (Writer writer : writers) {
      long enough = writer.acknowledged.get() + REFUSALS;
      await("pushes are taken; " + writer.refusal, () -> writer.acknowledged.get() >= enough);
    }
  }

  private void check(String where) {
    for (Writer writer : writers) {
      writer.ledger.check(client, writer.query, 0, where);
    }
  }

  private void checkAfterACrashWithoutRefusals(String checkpointSize) throws Exception {
    endWriters();
    for (Writer writer : writers) {
      assertThat(writer.refusal).isEmpty();
    }
    try (SkaldProcess _ = serve(checkpointSize)) {
      check("after a crash");
    }
  }

  private SkaldClient.Answer flush() {
    return client.post("/flush", "text/plain", new byte[0]);
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("wal"))) {
      return files.filter(file -> file.toString().endsWith(".wal")).count();
    }
  }

  @Test
  void wal_syncsFailForAWhile_pushesAreRefusedAndNothingIsLost() throws Exception {
    try (SkaldProcess server = serve("1GB")) {
      startWriters();
      awaitAcknowledged();
      long segmentsBefore = segments();
      try (SyncFaults faults = fail(server, wal())) {
        awaitRefusals();
        await("a file", () -> faults.failed(".wal>") > 0);
        await("the directory", () -> faults.failed("/wal>") > 0);
        check("while syncs of the log fail");
        assertThat(client.metric("skald_wal_queued_bytes"))
            .isLessThan(client.metric("skald_wal_queued_bytes_limit"));
        assertThat(segments()).as("segments left behind").isLessThanOrEqualTo(segmentsBefore + 2);
      }
      for (Writer writer : writers) {
        assertThat(writer.refusal)
            .startsWith("500")
            .contains("cannot write the WAL in")
            .contains("data/wal")
            .contains("Input/output error")
            .contains("check that disk, the ingester tries again by itself");
      }
      awaitAcknowledged();
      check("when syncs of the log succeed again");

      try (SyncFaults faults = fail(server, wal())) {
        awaitRefusals();
        assertThat(faults.failed("/wal")).isPositive();
        server.kill();
      }
    }
    endWriters();
    try (SkaldProcess _ = serve("1GB")) {
      check("after a crash while syncs of the log failed");
      assertThat(flush().status()).isEqualTo(204);
      check("when that is flushed");
    }
  }

  @Test
  void checkpoint_syncFails_pushesGoOnAndNothingIsLost() throws Exception {
    try (SkaldProcess server = serve("256KB")) {
      Path folder = data.resolve("wal");
      try (SyncFaults faults =
          fail(server, SyncFaults.numbered(folder, "checkpoint.%08d.tmp", "checkpoint.%08d"))) {
        startWriters();
        await("a checkpoint", () -> faults.failed("checkpoint.") > 1);
        awaitAcknowledged();
        assertThat(client.metric("skald_wal_checkpoints_total")).isZero();
        check("while checkpoints fail");
      }
      assertThat(server.output()).contains("cannot write a WAL checkpoint");
      await("a checkpoint", () -> client.metric("skald_wal_checkpoints_total") > 0);
      check("with a checkpoint");
      server.kill();
    }
    checkAfterACrashWithoutRefusals("256KB");
  }

  @Test
  void flush_syncOfAPackFails_isDoneLater() throws Exception {
    failFlushes(
        SyncFaults.numbered(data.resolve("chunks/.incoming"), "%d"),
        "/.incoming/",
        "cannot write object");
  }

  @Test
  void flush_syncOfTheIndexFails_isDoneLater() throws Exception {
    failFlushes(index(), "/index/", "label index");
  }

  private List<Path> index() {
    return SyncFaults.numbered(data.resolve("index"), "%06d.log", "%06d.sst", "MANIFEST-%06d");
  }

  private void failFlushes(List<Path> files, String failing, String reason) throws Exception {
    try (SkaldProcess server = serve("1GB")) {
      startWriters();
      awaitAcknowledged();
      try (SyncFaults faults = fail(server, files)) {
        for (int i = 0; i < 3; i++) {
          SkaldClient.Answer failed = flush();
          assertThat(failed.status()).isEqualTo(500);
          assertThat(failed.text()).contains(reason).contains("Input/output error");
        }
        assertThat(faults.failed(failing)).isGreaterThan(1);
        awaitAcknowledged();
        assertThat(client.get("/metrics").status()).isEqualTo(200);
        check("while flushes fail");
      }
      await("a flush", () -> flush().status() == 204);
      check("when it is flushed");
      running.set(false);
      server.kill();
    }
    checkAfterACrashWithoutRefusals("1GB");
  }

  @Test
  void start_syncsFail_endsWithTheReasonAndTheNextStartHasEverything() throws Exception {
    try (SkaldProcess server = serve("1GB")) {
      startWriters();
      awaitAcknowledged();
      server.kill();
    }
    endWriters();
    Path trace = directory.resolve("strace-start");
    List<String> command = SyncFaults.command(trace);
    command.add(SkaldProcess.root().resolve("skald").toString());
    command.addAll(List.of("server", "-config.file=" + directory.resolve("skald.yaml")));
    Tool start = Tool.run(directory, command.toArray(String[]::new));
    assertThat(start.exitCode()).as(start.output()).isEqualTo(1);
    assertThat(start.output()).contains("Input/output error").contains("/data/");
    assertThat(SyncFaults.failed(trace, "/data")).isPositive();

    try (SkaldProcess _ = serve("1GB")) {
      check("after a start that failed");
    }
  }
}

package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skald.server.Logging;
import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that has not room enough to compact, and then has. */
class CompactionFullDiskTest {
  private static final int PACKS = 6;
  private static final int LINES = 100;
  private static final int LINE_DIGITS = 5_000;

  /** Less than the packs together, and than what is made of them. */
  private static final int ROOM_KIB = 1024;

  private static final int LARGE_KIB = 40 * 1024;
  private static final long PATIENCE_SECONDS = 120;
  private static final String QUERY = "{app=\"full\"}";
  private static final String NEVER = "24h";
  private static final String ALWAYS = "1s";

  private static final String SETTINGS =
      """
      compactor: {min_file_age: 0s, compaction_interval: %s}
      ingester: {chunk_block_size: 65536}
      limits_config: {discover_service_name: [], discover_log_levels: false, max_line_size: 1MB, ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, per_stream_rate_limit: 1000MB, per_stream_rate_limit_burst: 1000MB}
      """;

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private final PushLedger ledger = new PushLedger(QUERY);
  private final Random random = new Random(1);

  /** Pushes half a MB that hardly compresses, and flushes it. */
  private void writePack() {
    Map<Long, String> lines = RandomLines.of(random, ledger.nextNanos(), LINES, LINE_DIGITS);
    SkaldClient.Answer pushed = ledger.push(client, "{\"app\":\"full\"}", lines);
    assertThat(pushed.status()).as(pushed.text()).isEqualTo(204);
    SkaldClient.Answer flushed = client.post("/flush", "text/plain", new byte[0]);
    assertThat(flushed.status()).as(flushed.text()).isEqualTo(204);
  }

  private void writePacks(String storage) {
    try (SkaldProcess server = serve(NEVER, storage)) {
      for (int i = 0; i < PACKS; i++) {
        writePack();
      }
      assertThat(server.stop()).isZero();
    }
  }

  private SkaldProcess serve(String interval, String storage) {
    return SkaldProcess.serve(directory, port, SETTINGS.formatted(interval) + storage);
  }

  private SmallDisk mount(Path folder, int kib) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    try {
      return SmallDisk.mount(folder, kib);
    } catch (IOException e) {
      System.out.println(
          "CompactionFullDiskTest is skipped, as no disk can be mounted: " + e.getMessage());
      assumeTrue(false, "no disk can be mounted");
      throw e;
    }
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(end);
      Thread.sleep(100); // the compactor runs by itself
    }
  }

  private void awaitFailures(SkaldProcess server, String reason) throws Exception {
    await("compactions fail", () -> client.metric("skald_compactor_failures_total") >= 2);
    assertThat(server.output())
        .contains("tenant fake cannot be compacted; it is tried again")
        .contains(reason)
        .contains("No space left on device");
    assertThat(client.metric("skald_compactor_rewritten_packs_total")).isZero();
    ledger.check(client, QUERY, 0, "while the disk is full");
  }

  private void awaitCompaction() throws InterruptedException {
    await(
        "a compaction", () -> client.metric("skald_compactor_last_success_timestamp_seconds") > 0);
    assertThat(client.metric("skald_compactor_rewritten_packs_total")).isEqualTo(PACKS);
    ledger.check(client, QUERY, 0, "with space again");
  }

  private static long filesIn(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).count();
    }
  }

  private static boolean isEmpty(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long usedBytes(FileStore store) {
    try {
      return store.getTotalSpace() - store.getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void newPack_objectsDiskFull_nothingIsHalfAndItGoesOnLater() throws Exception {
    Path chunks = directory.resolve("data/chunks");
    try (SmallDisk disk = mount(chunks, LARGE_KIB)) {
      writePacks("");
      disk.resize((int) (usedBytes(Files.getFileStore(chunks)) / 1024) + ROOM_KIB);
      try (SkaldProcess server = serve(ALWAYS, "")) {
        awaitFailures(server, "cannot write object fake/packs/");
        await("what was begun goes", () -> isEmpty(chunks.resolve(".incoming")));
        assertThat(filesIn(chunks.resolve("fake/packs"))).isEqualTo(PACKS);

        disk.resize(LARGE_KIB);
        awaitCompaction();
        server.kill();
      }
      try (SkaldProcess _ = serve(NEVER, "")) {
        ledger.check(client, QUERY, 0, "after a crash");
      }
    }
  }

  @Test
  void copies_diskFull_nothingIsHalfAndItGoesOnLater() throws Exception {
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
    Path work = directory.resolve("work");
    try (SmallDisk disk = mount(work, ROOM_KIB);
        S3ProxyServer s3 = new S3ProxyServer()) {
      String storage =
          """
          storage_config:
            aws:
              endpoint: %s
              bucketnames: %s
              access_key_id: %s
              secret_access_key: %s
              s3forcepathstyle: true
          """
              .formatted(
                  s3.endpoint(),
                  S3ProxyServer.BUCKET,
                  S3ProxyServer.ACCESS_KEY,
                  S3ProxyServer.SECRET_KEY);
      writePacks(storage);
      try (SkaldProcess server = serve(ALWAYS + ", working_directory: " + work, storage)) {
        awaitFailures(server, "the copies of packs in " + work);
        FileStore store = Files.getFileStore(work);
        await("the copies go", () -> usedBytes(store) == 0);
        assertThat(s3.unfinishedUploads()).isEmpty();

        disk.resize(LARGE_KIB);
        awaitCompaction();
        assertThat(filesIn(work)).as("files that were left").isZero();
        server.kill();
      }
      try (SkaldProcess _ = serve(NEVER, storage)) {
        ledger.check(client, QUERY, 0, "after a crash");
      }
    }
  }
}

package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server whose disk, with log, objects and index, is full, and then is not. */
class FullDiskTest {
  private static final int DISK_KIB = 40 * 1024;
  private static final int FILLER_BYTES = 20 << 20;
  private static final int LINES = 100;
  private static final int LINE_DIGITS = 1000;
  private static final long PATIENCE_SECONDS = 120;
  private static final String QUERY = "{app=\"full\"}";

  private static final String SETTINGS =
      """
      ingester:
        chunk_block_size: 65536
        chunk_target_size: 262144
        flush_check_period: 500ms
        wal: {segment_size: 1MB, checkpoint_size: 4MB, checkpoint_duration: 5s}
      limits_config: {discover_service_name: [], discover_log_levels: false, ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, per_stream_rate_limit: 1000MB, per_stream_rate_limit_burst: 1000MB}
      """;

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private final PushLedger ledger = new PushLedger(QUERY);
  private final Random random = new Random(1);
  private @Nullable SmallDisk disk;
  private Path data;
  private Path filler;

  @BeforeEach
  void mount() throws Exception {
    data = Files.createDirectories(directory.resolve("data"));
    filler = data.resolve("filler");
    try {
      disk = SmallDisk.mount(data, DISK_KIB);
    } catch (IOException e) {
      System.out.println("FullDiskTest is skipped, as no disk can be mounted: " + e.getMessage());
    }
    assumeTrue(disk != null, "no disk can be mounted");
  }

  @AfterEach
  void unmount() throws Exception {
    SmallDisk mounted = disk;
    if (mounted != null) {
      mounted.close();
    }
  }

  private SkaldProcess serve() {
    return SkaldProcess.serve(directory, port, SETTINGS);
  }

  /** Pushes about 100 KB that hardly compress. */
  private SkaldClient.Answer push() {
    Map<Long, String> lines = RandomLines.of(random, ledger.nextNanos(), LINES, LINE_DIGITS);
    return ledger.push(client, "{\"app\":\"full\"}", lines);
  }

  private SkaldClient.Answer pushUntilRefused() {
    for (int i = 0; i < DISK_KIB / 100; i++) {
      SkaldClient.Answer answer = push();
      if (answer.status() != 204) {
        return answer;
      }
    }
    throw new AssertionError("the disk is never full");
  }

  /** Tries until something is done that a full disk did not let be done. */
  private static void awaitStatus(String what, Supplier<SkaldClient.Answer> call)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      SkaldClient.Answer answer = call.get();
      if (answer.status() == 204) {
        return;
      }
      assertThat(System.nanoTime()).as(what + ": " + answer.text()).isLessThan(end);
      Thread.sleep(100); // the server looks at the disk again by itself
    }
  }

  @Test
  void disk_fullAndThenNot_refusesWithTheReasonLosesNothingAndGoesOn() throws Exception {
    Files.write(filler, new byte[FILLER_BYTES]);
    try (SkaldProcess server = serve()) {
      assertThat(push().status()).isEqualTo(204);
      SkaldClient.Answer refused = pushUntilRefused();

      assertThat(refused.status()).as(refused.text()).isEqualTo(503);
      assertThat(refused.text()).contains("No space left on device");
      ledger.check(client, QUERY, 0, "while the disk is full");

      Files.delete(filler);
      awaitStatus("a push", this::push);
      awaitStatus("a flush", () -> client.post("/flush", "text/plain", new byte[0]));
      ledger.check(client, QUERY, 0, "with space again");

      pushUntilRefused();
      server.kill();
    }
    // The index writes some KB when it is opened; without room for them the start fails and says
    // so.
    Objects.requireNonNull(disk).resize(DISK_KIB + 8 * 1024);
    try (SkaldProcess server = serve()) {
      assertThat(server.isAlive()).isTrue();
      ledger.check(client, QUERY, 0, "after a crash with the disk full");
    }
  }
}

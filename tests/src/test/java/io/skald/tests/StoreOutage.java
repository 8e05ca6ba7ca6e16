package io.skald.tests;

import io.skald.server.Logging;
import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A real server whose object store is away for a while, under load: takes pushes as long as it may
 * hold them, then refuses them, and has lost nothing when the store is back and after a crash.
 *
 * <p>For longer than the tests do, with CLASSPATH as for {@link FaultPlan}:
 *
 * <pre>
 *  java -cp CLASSPATH io.skald.tests.StoreOutage 600 /tmp/outage      # seconds, an empty folder
 * </pre>
 */
final class StoreOutage {
  private static final int LINES = 100;
  private static final int LINE_DIGITS = 500;
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration BEFORE = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String QUERY = "{app=\"outage\"}";

  private static final String SETTINGS =
      """
      ingester:
        chunk_target_size: 262144
        chunk_idle_period: 5s
        flush_check_period: 500ms
        max_unflushed_bytes: 8MB
        max_push_wait: 500ms
        wal: {segment_size: 4MB, checkpoint_size: 16MB, checkpoint_duration: 10s}
      limits_config: {discover_service_name: [], discover_log_levels: false, ingestion_rate_mb: 1000, ingestion_burst_size_mb: 1000, per_stream_rate_limit: 1000MB, per_stream_rate_limit_burst: 1000MB}
      """;

  private final Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private final PushLedger ledger = new PushLedger(QUERY);
  private final AtomicBoolean down = new AtomicBoolean();
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile String refusal = "";

  StoreOutage(Path directory) {
    this.directory = directory;
  }

  private SkaldProcess serve(int storePort) {
    String storage =
        """
        storage_config:
          aws:
            endpoint: http://127.0.0.1:%d
            bucketnames: %s
            access_key_id: %s
            secret_access_key: %s
            s3forcepathstyle: true
        """
            .formatted(
                storePort,
                S3ProxyServer.BUCKET,
                S3ProxyServer.ACCESS_KEY,
                S3ProxyServer.SECRET_KEY);
    return SkaldProcess.serve(
        directory, port, SETTINGS + storage, false, "", Map.of("SKALD_HEAP", "256m"));
  }

  private void write() {
    Random random = new Random(1);
    while (running.get()) {
      Map<Long, String> lines = RandomLines.of(random, ledger.nextNanos(), LINES, LINE_DIGITS);
      SkaldClient.Answer answer = ledger.push(client, "{\"app\":\"outage\"}", lines);
      if (answer.status() == 204) {
        acknowledged.addAndGet(lines.size());
      } else {
        refused.incrementAndGet();
        refusal = answer.status() + " " + answer.text().strip();
      }
      sleep(PAUSE);
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs it.
   *
   * @param outage the least time that the store is away: it is until a push is refused
   * @return what was seen, for people
   * @throws AssertionError if something was lost, or pushes were refused for another reason
   */
  String run(Duration outage) throws IOException, InterruptedException {
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
    try (S3ProxyServer store = new S3ProxyServer();
        Relay network =
            new Relay(
                SkaldProcess.freePort(), (_, _) -> new Relay.Passage(store.port(), _ -> pass()))) {
      String seen;
      try (SkaldProcess server = serve(network.port())) {
        Thread writer = Thread.ofPlatform().start(this::write);
        long before = greatestRss(server, BEFORE);
        long taken = acknowledged.get();
        down.set(true);
        long first = greatestRss(server, outage.dividedBy(2));
        long second = greatestRss(server, outage.dividedBy(2));
        await("a push is refused", () -> !refusal.isEmpty());
        taken = acknowledged.get() - taken;
        long log = client.metric("skald_wal_disk_bytes");
        down.set(false);
        long target = acknowledged.get() + LINES;
        await("pushes go on", () -> acknowledged.get() >= target);
        running.set(false);
        writer.join();
        await("everything is flushed", this::isFlushed);
        ledger.check(client, QUERY, 0, "when the store is back");
        server.kill();
        seen =
            ("%d s: %,d lines acknowledged, %,d of them meanwhile, %,d pushes refused (%s); log %,d"
                    + " bytes; RSS before %,d KiB, first half %,d, second half %,d")
                .formatted(
                    outage.toSeconds(),
                    acknowledged.get(),
                    taken,
                    refused.get(),
                    refusal,
                    log,
                    before,
                    first,
                    second);
      }
      try (SkaldProcess _ = serve(network.port())) {
        ledger.check(client, QUERY, 0, "after a crash");
      }
      return seen;
    }
  }

  private void pass() throws IOException {
    if (down.get()) {
      throw new IOException("the store is away");
    }
  }

  private boolean isFlushed() {
    return client.post("/flush", "text/plain", new byte[0]).status() == 204;
  }

  private void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE + ": " + what + "; " + refusal);
      }
      sleep(PAUSE);
    }
  }

  private static long greatestRss(SkaldProcess server, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    long greatest = 0;
    while (System.nanoTime() < end) {
      greatest = Math.max(greatest, rssKib(server.pid()));
      sleep(Duration.ofMillis(500));
    }
    return greatest;
  }

  private static long rssKib(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what the last refused push was told; "" for none. */
  String refusal() {
    return refusal;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    StoreOutage outage = new StoreOutage(Path.of(arguments[1]));
    System.out.println(outage.run(Duration.ofSeconds(Long.parseLong(arguments[0]))));
  }
}

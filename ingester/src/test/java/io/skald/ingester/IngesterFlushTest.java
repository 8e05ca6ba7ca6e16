package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.model.Labels;
import io.skald.storage.wal.SimulatedDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IngesterFlushTest {
  private static final Labels PUMP = IngesterFixture.stream("pump");
  private static final Labels VALVE = IngesterFixture.stream("valve");
  private static final long NOW = IngesterFixture.NOW;

  @TempDir Path directory;
  private final Random random = new Random(9);
  private IngesterFixture fixture;
  private Ingester ingester;

  @BeforeEach
  void start() throws Exception {
    fixture = new IngesterFixture(directory, 1);
    ingester = fixture.started();
  }

  @AfterEach
  void close() {
    ingester.close();
    fixture.close();
  }

  @Test
  void flush_onRequest_movesEverythingIntoOneObject() {
    IngesterFixture.push(ingester, PUMP, NOW, "one", "two");
    IngesterFixture.push(ingester, VALVE, NOW, "three");

    ingester.flush();

    assertThat(fixture.store.list("")).hasSize(1);
    assertThat(stored(PUMP)).containsExactly("one", "two");
    assertThat(stored(VALVE)).containsExactly("three");
    assertThat(ingester.statistics().unflushedBytes()).isZero();
    assertThat(flushedFor(FlushReason.REQUEST)).isEqualTo(2);
  }

  @Test
  void flush_nothingThere_writesNothing() {
    ingester.flush();
    assertThat(fixture.store.list("")).isEmpty();
  }

  @Test
  void flushCheck_nothingDue_flushesNothing() {
    IngesterFixture.push(ingester, PUMP, NOW, "one");
    fixture.clock.advance(Duration.ofMinutes(29));

    ingester.flushAndTidy();

    assertThat(fixture.store.list("")).isEmpty();
  }

  @Test
  void flushCheck_idleStream_isFlushedAndRetired() {
    IngesterFixture.push(ingester, PUMP, NOW, "one");
    fixture.clock.advance(Duration.ofMinutes(30));

    ingester.flushAndTidy();

    assertThat(stored(PUMP)).containsExactly("one");
    assertThat(flushedFor(FlushReason.IDLE)).isEqualTo(1);
    assertThat(ingester.statistics().streams()).isZero();

    IngesterFixture.push(ingester, PUMP, NOW + 1, "two");
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("two", "one");
  }

  @Test
  void flushCheck_oldChunk_isFlushedAlthoughItsStreamIsBusy() {
    for (int minute = 0; minute < 120; minute += 20) {
      IngesterFixture.push(ingester, PUMP, NOW + minute, "minute " + minute);
      ingester.flushAndTidy();
      assertThat(fixture.store.list("")).isEmpty();
      fixture.clock.advance(Duration.ofMinutes(20));
    }
    ingester.flushAndTidy();

    assertThat(stored(PUMP)).hasSize(6);
    assertThat(flushedFor(FlushReason.AGE)).isEqualTo(1);
    assertThat(ingester.statistics().streams()).isEqualTo(1);
  }

  @Test
  void flushCheck_fullChunks_areFlushedAndTheOpenOneStays() {
    List<String> lines = pushRandomLines(PUMP, 400);

    ingester.flushAndTidy();

    assertThat(flushedFor(FlushReason.FULL)).isGreaterThan(1);
    List<String> stored = stored(PUMP);
    assertThat(stored).isNotEmpty().hasSizeLessThan(lines.size());
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void flushCheck_memoryShort_flushesTheLargestStreams() throws Exception {
    ingester.close();
    ingester = fixture.started(IngesterFixture.config(64 << 10, 1 << 20, 1 << 20));
    List<String> lines = new ArrayList<>();
    IngesterFixture.push(ingester, VALVE, NOW, "small");
    for (int i = 0; flushedFor(FlushReason.MEMORY) == 0 && i < 10_000; i++) {
      lines.addAll(pushRandomLines(PUMP, 5, NOW + i * 1000L));
      ingester.flushAndTidy();
    }

    assertThat(flushedFor(FlushReason.MEMORY)).isEqualTo(1);
    assertThat(stored(PUMP)).isNotEmpty();
    assertThat(stored(VALVE)).isEmpty();
    assertThat(ingester.statistics().unflushedBytes()).isLessThan((64 << 10) / 2);
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void push_memoryFullAndStoreBroken_isRefusedWithTheLimitUntilItWorks() throws Exception {
    ingester.close();
    ingester = fixture.started(IngesterFixture.config(16 << 10, 1 << 20, 1 << 20));
    fixture.store.breakWith("bucket is gone");
    List<String> taken = new ArrayList<>();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000; i++) {
                ingester.flushAndTidy();
                taken.addAll(pushRandomLines(PUMP, 1, NOW + i * 1000L));
              }
            })
        .isInstanceOfSatisfying(
            IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("ingester.max_unflushed_bytes (16384)")
        .hasMessageContaining("bucket is gone");
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(taken);
    assertThat(ingester.statistics().refusedPushes()).isEqualTo(1);

    fixture.store.repair();
    ingester.flushAndTidy();
    assertThat(fixture.store.list("")).as("waits after a failure").isEmpty();
    fixture.clock.advance(Duration.ofMinutes(2));
    ingester.flushAndTidy();
    assertThat(fixture.store.list("")).isNotEmpty();
    IngesterFixture.push(ingester, PUMP, NOW + 2_000_000, "again");
    taken.add("again");
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(taken);
  }

  @Test
  void flush_storeBroken_throwsAndKeepsEverything() throws Exception {
    IngesterFixture.push(ingester, PUMP, NOW, "one");
    fixture.store.breakAfterPut();

    assertThatThrownBy(ingester::flush)
        .isInstanceOf(FlushFailedException.class)
        .hasMessageContaining("lost answer");
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("one");

    fixture.store.repair();
    ingester.flush();
    assertThat(fixture.lines(ingester, PUMP)).containsExactly("one");
    assertThat(stored(PUMP)).containsExactly("one");
  }

  @Test
  void close_afterPushes_leavesNothingToReplay() throws Exception {
    List<String> lines = pushRandomLines(PUMP, 50);
    ingester.close();
    assertThat(ingester.isFlushed()).isTrue();

    ingester = fixture.started();

    assertThat(ingester.statistics().replay())
        .satisfies(report -> {
          assertThat(report.records()).isZero();
          assertThat(report.damageCount()).isZero();
        });
    assertThat(ingester.statistics().streams()).isZero();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(flushedFor(FlushReason.SHUTDOWN)).isZero();
  }

  @Test
  void close_storeBroken_keepsTheLogForTheNextStart() throws Exception {
    List<String> lines = pushRandomLines(PUMP, 50);
    fixture.store.breakWith("bucket is gone");
    ingester.close();
    fixture.store.repair();
    assertThat(ingester.isFlushed()).isFalse();

    ingester = fixture.started();

    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(stored(PUMP)).isEmpty();
  }

  @Test
  void start_afterACrash_bringsEverythingBack() throws Exception {
    List<String> pump = pushRandomLines(PUMP, 50);
    List<String> valve = pushRandomLines(VALVE, 3);

    crashAndStart();

    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pump);
    assertThat(fixture.lines(ingester, VALVE)).containsExactlyInAnyOrderElementsOf(valve);
  }

  @Test
  void start_afterACrashAndAPartialFlush_storesNothingTwice() throws Exception {
    List<String> lines = pushRandomLines(PUMP, 400);
    ingester.flushAndTidy();
    assertThat(flushedFor(FlushReason.FULL)).isPositive();

    crashAndStart();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
    ingester.flush();
    assertThat(stored(PUMP)).containsExactlyInAnyOrderElementsOf(lines);
    crashAndStart();
    assertThat(ingester.statistics().streams()).isZero();
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void push_sameStreamTwiceInOnePush_survivesACrashAfterAFlush() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String first = randomLine(400 + random.nextInt(500));
      String second = randomLine(700);
      ingester.push(
          IngesterFixture.TENANT,
          List.of(
              IngesterFixture.batch(PUMP, NOW + i * 10L, first),
              IngesterFixture.batch(PUMP, NOW + i * 10L + 1, second)));
      lines.add(first);
      lines.add(second);
      if (i % 12 == 11) {
        ingester.flushAndTidy();
        assertThat(flushedFor(FlushReason.FULL)).isPositive();
        crashAndStart();
        assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
      }
    }
  }

  @Test
  void tidy_slowStreamHoldsTheLog_checkpointTakesOver() throws Exception {
    IngesterFixture.push(ingester, VALVE, NOW, "slow");
    List<String> pump = new ArrayList<>();
    for (int round = 0; round < 5; round++) {
      pump.addAll(pushRandomLines(PUMP, 200, NOW + round * 1_000_000L));
      ingester.flushAndTidy();
    }
    assertThat(ingester.statistics().wal().segments()).as("held by VALVE").isGreaterThan(10);

    fixture.clock.advance(Duration.ofMinutes(6));
    ingester.flushAndTidy();

    assertThat(ingester.statistics().checkpoints()).isEqualTo(1);
    assertThat(ingester.statistics().wal().segments()).isLessThan(3);
    IngesterFixture.push(ingester, VALVE, NOW + 1, "after");
    pump.addAll(pushRandomLines(PUMP, 200, NOW + 5_000_000L));
    ingester.flushAndTidy();
    assertThat(fixture.disk.list()).anyMatch(name -> name.startsWith("checkpoint"));
    crashAndStart();
    assertThat(ingester.statistics().replay())
        .satisfies(report -> assertThat(report.checkpointChunks()).isEqualTo(2));
    assertThat(fixture.lines(ingester, VALVE)).containsExactlyInAnyOrder("slow", "after");
    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(pump);

    ingester.flush();
    assertThat(fixture.disk.list()).noneMatch(name -> name.startsWith("checkpoint"));
    assertThat(stored(VALVE)).containsExactlyInAnyOrder("slow", "after");
    assertThat(stored(PUMP)).containsExactlyInAnyOrderElementsOf(pump);
  }

  @Test
  void push_whileACheckpointBegins_isReplayedOnce() throws Exception {
    ingester.close();
    ingester = fixture.started(IngesterFixture.checkpointing());
    List<String> lines = pushRandomLines(PUMP, 60);
    lines.add("between");
    fixture.disk.beforeCreate(name -> {
      if (name.startsWith("checkpoint")) {
        IngesterFixture.push(ingester, PUMP, NOW + 1000, "between");
      }
    });
    ingester.flushAndTidy();
    fixture.disk.beforeCreate(_ -> {});
    assertThat(ingester.statistics().checkpoints()).isEqualTo(1);

    crashAndStart();

    assertThat(fixture.lines(ingester, PUMP)).containsExactlyInAnyOrderElementsOf(lines);
  }

  @Test
  void push_afterTheLogDirectoryWasLost_survivesTheNextCrash() throws Exception {
    for (int i = 0; i < 5; i++) {
      pushRandomLines(PUMP, 100, NOW + i * 1_000_000L);
      ingester.flush();
    }
    ingester.close();
    fixture.disk = new SimulatedDisk();
    ingester = fixture.started();
    IngesterFixture.push(ingester, PUMP, NOW + 9_000_000, "new log");

    crashAndStart();

    assertThat(fixture.lines(ingester, PUMP)).contains("new log");
  }

  private void crashAndStart() throws Exception {
    fixture.crash(ingester, random);
    ingester = fixture.started();
  }

  private List<String> pushRandomLines(Labels labels, int pushes) {
    return pushRandomLines(labels, pushes, NOW);
  }

  /** Pushes lines that do not compress well, one per push. */
  private List<String> pushRandomLines(Labels labels, int pushes, long timestamp) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < pushes; i++) {
      String line = randomLine(100);
      IngesterFixture.push(ingester, labels, timestamp + i, line);
      lines.add(line);
    }
    return lines;
  }

  private String randomLine(int length) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < length; i++) {
      line.append((char) (' ' + random.nextInt(90)));
    }
    return line.toString();
  }

  private List<String> stored(Labels labels) {
    return fixture.storedLines(IngesterFixture.TENANT, labels, Set.of());
  }

  private long flushedFor(FlushReason reason) {
    return ingester.statistics().flushedChunks().getOrDefault(reason, 0L);
  }
}

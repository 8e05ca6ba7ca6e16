package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ingest.IngestUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WriteAheadLogTest {
  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void append_severalRecords_replaysThemInOrderWithTheirPositions() throws Exception {
    List<Long> positions;
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      positions = WalFixture.append(log, "one", "two", "three");
    }

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.lines).containsExactly("one", "two", "three");
    assertThat(replayed.positions).isEqualTo(positions).isSorted();
    assertThat(replayed.report.damages()).isEmpty();
    assertThat(replayed.report.records()).isEqualTo(3);
  }

  @Test
  void append_returns_onlyAfterTheSync() throws Exception {
    AtomicInteger appliedBeforeSync = new AtomicInteger();
    AtomicInteger applied = new AtomicInteger();
    disk.beforeSync(() -> appliedBeforeSync.set(applied.get()));
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      log.append(WalFixture.record("x"), _ -> applied.incrementAndGet());

      assertThat(applied).hasValue(1);
      assertThat(appliedBeforeSync).hasValue(0);
      assertThat(disk.syncs()).isEqualTo(1);
    }
  }

  @Test
  void append_whileASyncRuns_sharesTheNextSync() throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    disk.beforeSync(() -> {
      syncing.countDown();
      await(mayGoOn);
    });
    List<Long> positions = Collections.synchronizedList(new ArrayList<>());
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      List<Thread> threads = new ArrayList<>();
      threads.add(
          Thread.ofVirtual().start(() -> log.append(WalFixture.record("a"), positions::add)));
      await(syncing);
      for (int i = 0; i < 20; i++) {
        threads.add(
            Thread.ofVirtual().start(() -> log.append(WalFixture.record("b"), positions::add)));
      }
      int recordBytes = WalFixture.record("a").recordBytes();
      while (log.statistics().queuedBytes() < 21L * recordBytes) {
        Thread.onSpinWait();
      }
      mayGoOn.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }

    assertThat(disk.syncs()).isEqualTo(2);
    assertThat(positions).hasSize(21).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void append_queueFull_isRefusedWithTheLimit() throws Exception {
    CountDownLatch syncing = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    disk.beforeSync(() -> {
      syncing.countDown();
      await(mayGoOn);
    });
    WalConfig config = new WalConfig(4096, 1024, 200, Duration.ZERO, Duration.ZERO);
    try (WriteAheadLog log = WalFixture.startedLog(disk, config)) {
      Thread first = Thread.ofVirtual().start(() -> WalFixture.append(log, "a"));
      await(syncing);
      Thread second = Thread.ofVirtual().start(() -> WalFixture.append(log, "b"));
      while (log.statistics().queuedBytes() < 2L * WalFixture.record("a").recordBytes()) {
        Thread.onSpinWait();
      }

      assertThatThrownBy(() -> WalFixture.append(log, "c".repeat(200)))
          .isInstanceOf(IngestUnavailableException.class)
          .hasMessageContaining("WAL queue is full")
          .hasMessageContaining("limit 200");
      assertThat(log.statistics().refusedForSlowDisk()).isEqualTo(1);

      mayGoOn.countDown();
      first.join();
      second.join();
    }
    assertThat(WalFixture.replay(disk).lines).containsExactly("a", "b");
  }

  @Test
  void append_recordOverTheLimit_isRefused() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      assertThatThrownBy(() -> WalFixture.append(log, "x".repeat(1 << 20)))
          .isInstanceOf(RecordTooLargeException.class)
          .hasMessageContaining("1048576");
    }
  }

  @Test
  void append_diskFull_isRefusedUntilThereIsSpaceAgain() throws Exception {
    DrivenClock clock = new DrivenClock(0);
    WriteAheadLog log = WriteAheadLog.open(disk, WalFixture.CONFIG, clock);
    log.start();
    try (log) {
      WalFixture.append(log, "kept");
      disk.limitTo(disk.usedBytes() + 10);

      assertThatThrownBy(() -> WalFixture.append(log, "refused"))
          .isInstanceOfSatisfying(
              IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(503))
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("free space");

      disk.limitTo(Long.MAX_VALUE);
      assertThatThrownBy(() -> WalFixture.append(log, "too early"))
          .isInstanceOf(IngestUnavailableException.class);
      clock.advance(Duration.ofSeconds(2));
      WalFixture.append(log, "after");

      WalStatistics statistics = log.statistics();
      assertThat(statistics.refusedForFullDisk()).isEqualTo(2);
      assertThat(statistics.refusedForFailingDisk()).isZero();
      assertThat(Arrays.stream(statistics.syncTimes().counts()).sum()).isEqualTo(2);
    }

    WalFixture.Replayed replayed = WalFixture.replay(disk);
    assertThat(replayed.lines).containsExactly("kept", "after");
    assertThat(replayed.report.damages()).isEmpty();
  }

  @Test
  void append_diskFullForLong_leavesNoHeapOfFiles() throws Exception {
    DrivenClock clock = new DrivenClock(0);
    WriteAheadLog log = WriteAheadLog.open(disk, WalFixture.CONFIG, clock);
    log.start();
    try (log) {
      WalFixture.append(log, "kept");
      disk.limitTo(disk.usedBytes() + SegmentFormat.FILE_HEADER_BYTES + 5);
      for (int i = 0; i < 50; i++) {
        assertThatThrownBy(() -> WalFixture.append(log, "refused"))
            .isInstanceOf(IngestUnavailableException.class);
        clock.advance(Duration.ofSeconds(2));
      }
      assertThat(disk.list()).hasSizeLessThan(4);
      assertThat(log.statistics().failures()).isEqualTo(50);
    }
  }

  @Test
  void append_failedSync_isRefusedAndTheSegmentLeft() throws Exception {
    DrivenClock clock = new DrivenClock(0);
    WriteAheadLog log = WriteAheadLog.open(disk, WalFixture.CONFIG, clock);
    log.start();
    try (log) {
      long before = WalFixture.append(log, "kept").getFirst();
      disk.beforeSync(() -> {
        throw new IOException("Input/output error");
      });
      AtomicInteger applied = new AtomicInteger();
      assertThatThrownBy(
              () -> log.append(WalFixture.record("lost"), _ -> applied.incrementAndGet()))
          .isInstanceOfSatisfying(
              IngestUnavailableException.class, e -> assertThat(e.status()).isEqualTo(500))
          .hasMessageContaining("Input/output error");
      assertThat(applied).hasValue(0);
      assertThat(log.statistics().refusedForFailingDisk()).isEqualTo(1);

      disk.beforeSync(() -> {});
      clock.advance(Duration.ofSeconds(2));
      long after = WalFixture.append(log, "after").getFirst();
      assertThat(WalPosition.segment(after)).isGreaterThan(WalPosition.segment(before));
    }
    assertThat(WalFixture.replay(disk).lines).containsExactly("kept", "after");
  }

  @Test
  void append_applyFails_isReportedAndLaterRecordsGoOn() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      assertThatThrownBy(() ->
              log.append(
                  WalFixture.record("a"),
                  _ -> {
                    throw new IllegalStateException("no room");
                  }))
          .isInstanceOf(IngestUnavailableException.class)
          .hasMessageContaining("no room");
      assertThat(WalFixture.append(log, "b")).hasSize(1);
    }
  }

  @Test
  void append_afterClose_isRefused() throws Exception {
    WriteAheadLog log = WalFixture.startedLog(disk);
    log.close();
    assertThatThrownBy(() -> WalFixture.append(log, "x"))
        .isInstanceOf(IngestUnavailableException.class)
        .hasMessageContaining("shutting down");
  }

  @Test
  void deleteBefore_keepsTheSegmentOfThePositionAndTheNewest() throws Exception {
    WalConfig config = new WalConfig(4096, 4096, 1 << 20, Duration.ZERO, Duration.ZERO);
    try (WriteAheadLog log = WalFixture.startedLog(disk, config)) {
      List<Long> positions =
          WalFixture.append(log, "a".repeat(3000), "b".repeat(3000), "c".repeat(3000));
      assertThat(disk.list()).containsExactly("00000001.wal", "00000002.wal", "00000003.wal");

      log.deleteBefore(positions.get(1));
      assertThat(disk.list()).containsExactly("00000002.wal", "00000003.wal");

      log.deleteBefore(Long.MAX_VALUE);
      assertThat(disk.list()).containsExactly("00000003.wal");
    }
    try (WriteAheadLog log = WalFixture.startedLog(disk, config)) {
      assertThat(WalPosition.segment(WalFixture.append(log, "d").getFirst())).isEqualTo(4);
    }
  }

  @Test
  void forgetAll_afterClose_leavesNothingToReplayAndKeepsTheNumbering() throws Exception {
    WriteAheadLog log = WalFixture.startedLog(disk);
    long before = WalFixture.append(log, "a", "b").getLast();
    log.close();
    log.forgetAll();

    assertThat(WalFixture.replay(disk).lines).isEmpty();
    try (WriteAheadLog next = WalFixture.startedLog(disk)) {
      assertThat(WalFixture.append(next, "c").getFirst()).isGreaterThan(before);
    }
  }

  @Test
  void skipPast_aPositionOfALostDirectory_putsLaterRecordsBehindIt() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "a");
      long remembered = WalPosition.of(70, 12345);
      log.skipPast(remembered);
      assertThat(WalFixture.append(log, "b").getFirst()).isGreaterThan(remembered);
    }
    assertThat(WalFixture.replay(disk).lines).containsExactly("a", "b");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}

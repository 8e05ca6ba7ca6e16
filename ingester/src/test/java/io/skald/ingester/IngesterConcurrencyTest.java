package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Labels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pushes, queries and flushes at the same time. */
final class IngesterConcurrencyTest {
  private static final int PUSHERS = 4;
  private static final int PUSHES = 300;
  private static final int STREAMS = 3;

  @TempDir Path directory;

  @Test
  void push_whileOthersQueryAndFlush_isSeenAtOnceAndExactlyOnce() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean done = new AtomicBoolean();
    try (IngesterFixture fixture = new IngesterFixture(directory, 3);
        Ingester ingester = fixture.started()) {
      List<Thread> pushers = new ArrayList<>();
      for (int p = 0; p < PUSHERS; p++) {
        int pusher = p;
        pushers.add(thread(failures, () -> pushAndRead(fixture, ingester, pusher)));
      }
      Thread flusher =
          thread(
              failures,
              () -> {
                while (!done.get()) {
                  ingester.flush();
                }
              });
      for (Thread pusher : pushers) {
        pusher.join();
      }
      done.set(true);
      flusher.join();
      ingester.flush();

      assertThat(failures).isEmpty();
      Labels shared = IngesterFixture.stream("shared");
      assertThat(fixture.lines(ingester, shared)).hasSize(PUSHERS * PUSHES);
      assertThat(ingester.statistics().flushedPacks()).isGreaterThan(1);
    }
  }

  @Test
  void checkpoint_whileOthersPush_replaysEachEntryOnce() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (IngesterFixture fixture = new IngesterFixture(directory, 4)) {
      Ingester ingester = fixture.started(IngesterFixture.checkpointing());
      List<Thread> pushers = new ArrayList<>();
      for (int p = 0; p < PUSHERS; p++) {
        int pusher = p;
        pushers.add(thread(failures, () -> pushToSeveral(ingester, pusher)));
      }
      while (pushers.stream().anyMatch(Thread::isAlive)) {
        fixture.clock.advance(Duration.ofMinutes(1));
        ingester.flushAndTidy();
      }
      for (Thread pusher : pushers) {
        pusher.join();
      }
      assertThat(failures).isEmpty();
      assertThat(ingester.statistics().checkpoints()).isPositive();

      fixture.crash(ingester, new Random(1));
      try (Ingester restarted = fixture.started()) {
        for (int stream = 0; stream < STREAMS; stream++) {
          assertThat(fixture.lines(restarted, IngesterFixture.stream("s" + stream)))
              .doesNotHaveDuplicates()
              .hasSize(PUSHERS * PUSHES);
        }
      }
    }
  }

  private static void pushToSeveral(Ingester ingester, int pusher) {
    for (int i = 0; i < PUSHES; i++) {
      List<StreamBatch> batches = new ArrayList<>();
      for (int stream = 0; stream < STREAMS; stream++) {
        batches.add(
            IngesterFixture.batch(
                IngesterFixture.stream("s" + stream),
                IngesterFixture.NOW + i,
                "pusher " + pusher + " line " + i + " " + "x".repeat(200)));
      }
      ingester.push(IngesterFixture.TENANT, batches);
    }
  }

  /** Every entry that this thread pushed is there exactly once after each of its pushes. */
  private static void pushAndRead(IngesterFixture fixture, Ingester ingester, int pusher) {
    Labels shared = IngesterFixture.stream("shared");
    for (int i = 0; i < PUSHES; i++) {
      while (i == PUSHES / 2 && ingester.statistics().flushedPacks() == 0) {
        Thread.onSpinWait(); // for the thread that flushes, however late it starts
      }
      String line = "pusher " + pusher + " line " + i + " " + "x".repeat(i);
      IngesterFixture.push(ingester, shared, IngesterFixture.NOW + i, line);
      if (i % 10 == 0) {
        Map<String, Integer> counts = new HashMap<>();
        for (String found : fixture.lines(ingester, shared)) {
          counts.merge(found, 1, Integer::sum);
        }
        for (int j = 0; j <= i; j++) {
          String own = "pusher " + pusher + " line " + j + " " + "x".repeat(j);
          assertThat(counts.get(own)).as(own).isEqualTo(1);
        }
      }
    }
  }

  private static Thread thread(List<Throwable> failures, Runnable task) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            task.run();
          } catch (Throwable e) {
            failures.add(e);
          }
        });
  }
}

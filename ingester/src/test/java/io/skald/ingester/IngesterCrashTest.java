package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.storage.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random lives of an ingester, each ended by a crash of process and machine: pushes, flushes,
 * checkpoints, broken stores and disks in any order. What was acknowledged is found, nothing else
 * that was never pushed, and nothing twice, though senders push again what they have no answer for.
 */
final class IngesterCrashTest {
  private static final int ROUNDS = 40;
  private static final int LIVES = 4;
  private static final int STEPS = 60;

  @TempDir Path directory;

  @Test
  void lives_endedByCrashes_loseNothingAndInventNothing() throws Exception {
    try (IngesterFixture fixture = new IngesterFixture(directory, 7)) {
      fixture.limits = _ -> new IngesterLimits.Limits(0, true, true);
      for (int round = 0; round < ROUNDS; round++) {
        long seed = 1000L + round;
        fixture.disk = new SimulatedDisk();
        new Round(fixture, seed).run();
      }
    }
  }

  private static final class Round {
    private final IngesterFixture fixture;
    private final long seed;
    private final Random random;
    private final TenantId tenant;
    private final Map<Labels, Set<String>> acknowledged = new HashMap<>();
    private final Map<Labels, Set<String>> pushed = new HashMap<>();
    private final List<Labels> streams = new ArrayList<>();
    private final List<Sent> answered = new ArrayList<>();
    private final List<Sent> unanswered = new ArrayList<>();
    private int next;
    private boolean diskFailed;

    private record Sent(BatchKey key, List<StreamBatch> batches, Map<Labels, List<String>> lines) {}

    Round(IngesterFixture fixture, long seed) {
      this.fixture = fixture;
      this.seed = seed;
      this.random = new Random(seed);
      this.tenant = new TenantId("crash-" + seed);
      for (int i = 0; i < 4; i++) {
        streams.add(Labels.of("app", "a" + i));
      }
    }

    void run() throws IOException {
      Ingester ingester = start();
      for (int life = 0; life < LIVES; life++) {
        for (int step = 0; step < STEPS; step++) {
          step(ingester);
        }
        healDisk();
        if (diskFailed) {
          ingester.flushAndTidy(); // until then it may have no note of what it flushed
          diskFailed = false;
        }
        fixture.crash(ingester, random);
        ingester = start();
        unanswered.addAll(answered); // as if the answers had not arrived
        answered.clear();
        sendAgain(ingester);
        check(ingester);
      }
      ingester.flush();
      check(ingester);
      ingester.close();
    }

    private Ingester start() throws IOException {
      return fixture.started(
          random.nextBoolean() ? IngesterFixture.checkpointing() : IngesterFixture.config());
    }

    private void step(Ingester ingester) {
      switch (random.nextInt(20)) {
        case 0 -> ingester.flushAndTidy();
        case 1 -> {
          fixture.clock.advance(Duration.ofMinutes(random.nextInt(40)));
          ingester.flushAndTidy();
        }
        case 2 -> flush(ingester);
        case 3 -> {
          fixture.store.breakAfterPut();
          flush(ingester);
          fixture.store.repair();
        }
        case 4 -> {
          diskFailed = true;
          fixture.disk.beforeSync(() -> {
            throw new IOException("bad sector");
          });
        }
        case 5 -> {
          diskFailed = true;
          fixture.disk.limitTo(fixture.disk.usedBytes() + random.nextInt(2000));
        }
        case 6, 7, 8 -> healDisk();
        case 9 -> sendAgain(ingester);
        default -> push(ingester);
      }
    }

    /** Sends what was refused, and what a sender might have no answer for, under its old keys. */
    private void sendAgain(Ingester ingester) {
      List<Sent> again = List.copyOf(unanswered);
      unanswered.clear();
      again.forEach(sent -> send(ingester, sent));
    }

    private void send(Ingester ingester, Sent sent) {
      try {
        assertThat(ingester.push(tenant, sent.key, sent.batches)).isEmpty();
        sent.lines.forEach((stream, own) -> set(acknowledged, stream).addAll(own));
        answered.add(sent);
      } catch (IngestUnavailableException e) {
        assertThat(e).hasMessageContaining("was not stored");
        unanswered.add(sent);
      }
      while (answered.size() > SeenBatches.MAX_BATCHES_OF_SENDER / 2) {
        answered.removeFirst();
      }
      while (unanswered.size() > SeenBatches.MAX_BATCHES_OF_SENDER / 2) {
        unanswered.removeFirst();
      }
    }

    private void healDisk() {
      fixture.disk.beforeSync(() -> {});
      fixture.disk.limitTo(Long.MAX_VALUE);
      fixture.clock.advance(Duration.ofSeconds(1));
    }

    private static void flush(Ingester ingester) {
      try {
        ingester.flush();
      } catch (FlushFailedException e) {
        assertThat(e).hasMessageContaining("lost answer");
      }
    }

    private void push(Ingester ingester) {
      Map<Labels, List<String>> lines = new HashMap<>();
      List<StreamBatch> batches = new ArrayList<>();
      for (Labels stream : streams) {
        if (random.nextInt(3) == 0) {
          List<String> own = new ArrayList<>();
          for (int i = random.nextInt(6); i >= 0; i--) {
            own.add("entry " + next++ + " " + "z".repeat(random.nextInt(300)));
          }
          lines.put(stream, own);
          batches.add(
              IngesterFixture.batch(
                  stream,
                  IngesterFixture.NOW + random.nextInt(1_000_000) - age(),
                  own.toArray(new String[0])));
        }
      }
      lines.forEach((stream, own) -> set(pushed, stream).addAll(own));
      send(ingester, new Sent(new BatchKey("sender", "batch-" + next), batches, lines));
    }

    /** Some entries are days old: they go into chunks of their own. */
    private long age() {
      return random.nextInt(4) == 0 ? Duration.ofDays(random.nextInt(20)).toNanos() : 0;
    }

    private void check(Ingester ingester) {
      for (Labels stream : streams) {
        List<String> found = fixture.lines(ingester, tenant, stream);
        String where = "seed " + seed + " stream " + stream;
        assertThat(found).as(where).doesNotHaveDuplicates();
        assertThat(new HashSet<>(found)).as(where).containsAll(set(acknowledged, stream));
        assertThat(set(pushed, stream)).as(where).containsAll(found);
        // What turned up without having been acknowledged is there from now on.
        set(acknowledged, stream).addAll(found);
      }
    }

    private static Set<String> set(Map<Labels, Set<String>> sets, Labels stream) {
      return sets.computeIfAbsent(stream, _ -> new HashSet<>());
    }
  }
}

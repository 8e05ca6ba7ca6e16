package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link ScaleTest} with a process for each role: ingesters come and go again while entries are
 * pushed, none of which may be refused, and read, all of which must be in every answer.
 */
class ScaledProcessesTest {
  /** Chunks are flushed meanwhile, too: they are where reads change from memory to the store. */
  private static final String SETTINGS =
      """
      ingester: {chunk_idle_period: 5s, flush_check_period: 500ms, chunk_target_size: 16384}
      limits_config: {discover_service_name: [], discover_log_levels: false}
      """;

  private static final int WRITERS = 2;
  private static final int LINES = 10;

  @TempDir Path directory;
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicInteger pushes = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private static String query(int writer) {
    return "{app=\"scaled\",writer=\"" + writer + "\"}";
  }

  private void write(SkaldClient client, int writer, PushLedger ledger) {
    String labels = "{\"app\":\"scaled\",\"writer\":\"%d\"}".formatted(writer);
    while (running.get()) {
      Map<Long, String> lines = new TreeMap<>();
      long timestamp = ledger.nextNanos();
      for (int i = 0; i < LINES; i++) {
        lines.put(timestamp + i, "line " + (timestamp + i));
      }
      SkaldClient.Answer answer = ledger.push(client, labels, lines);
      assertThat(answer.status()).as("a push: %s", answer.text()).isEqualTo(204);
      pushes.incrementAndGet();
    }
  }

  private void read(SkaldClient client, List<PushLedger> ledgers) {
    for (int i = 0; running.get(); i++) {
      int writer = i % WRITERS;
      ledgers.get(writer).check(client, query(writer), 0, "after " + pushes.get() + " pushes");
      reads.incrementAndGet();
    }
  }

  private Thread start(Runnable work) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            failures.add(e);
          }
        });
  }

  /** Waits for more of both, so that something happens between two changes. */
  private void awaitMore() {
    int targetPushes = pushes.get() + 20;
    int targetReads = reads.get() + 2 * WRITERS;
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() ->
            !failures.isEmpty() || (pushes.get() >= targetPushes && reads.get() >= targetReads));
    assertThat(failures).isEmpty();
  }

  @Test
  void ingesters_threeThenFourThenThree_refuseAndLoseNothing() throws Exception {
    scale(List.of("ingester-4"), List.of("ingester-2"), true);
  }

  @Test
  @Tag("slow")
  void ingesters_threeThenFiveThenThree_refuseAndLoseNothing() throws Exception {
    scale(List.of("ingester-4", "ingester-5"), List.of("ingester-2", "ingester-5"), true);
  }

  @Test
  @Tag("slow")
  void ingesters_threeThenFiveThenThreeBehindAQuerier_loseNothing() throws Exception {
    scale(List.of("ingester-4", "ingester-5"), List.of("ingester-2", "ingester-5"), false);
  }

  /**
   * Has ingesters come to three at once, and as many of them leave, one after the other.
   *
   * @param seen whether the querier reaches the ring's store meanwhile
   */
  private void scale(List<String> coming, List<String> leaving, boolean seen) throws Exception {
    assumeTrue(
        ClusterTest.isInstalled("etcd"), "skipped: etcd is not installed (Debian: etcd-server)");
    try (ProcessCluster cluster =
        new ProcessCluster(directory, ProcessCluster.ETCD_RINGS, "", SETTINGS)) {
      cluster.startEtcd();
      for (String name : List.of("ingester-1", "ingester-2", "ingester-3")) {
        cluster.add(name);
      }
      cluster.add("distributor-1");
      cluster.add("querier-1");
      awaitIngesters(cluster, 3, "distributor-1", "querier-1");
      List<PushLedger> ledgers =
          List.of(PushLedger.ofCluster(query(0)), PushLedger.ofCluster(query(1)));
      SkaldClient distributor = cluster.client("distributor-1");
      SkaldClient querier = cluster.client("querier-1");
      List<Thread> threads =
          List.of(
              start(() -> write(distributor, 0, ledgers.get(0))),
              start(() -> write(distributor, 1, ledgers.get(1))),
              start(() -> read(querier, ledgers)));

      awaitMore();
      Network.Link toRing = new Network.Link("querier-1", ProcessCluster.ETCD);
      if (!seen) {
        cluster.network().cut(toRing);
      }
      for (String name : coming) {
        cluster.add(name);
      }
      awaitIngesters(
          cluster, 3 + coming.size(), "distributor-1", seen ? "querier-1" : coming.getFirst());
      awaitMore();
      for (String name : leaving) {
        assertThat(cluster.process(name).stop()).as(cluster.logs()).isZero();
        awaitMore();
      }
      awaitIngesters(cluster, 3, "distributor-1");
      awaitMore();
      cluster.network().mend(toRing);
      awaitIngesters(cluster, 3, "querier-1");
      awaitMore();
      running.set(false);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(failures).isEmpty();
      int entries = 0;
      for (int writer = 0; writer < WRITERS; writer++) {
        entries += ledgers.get(writer).check(querier, query(writer), 0, "at the end");
      }
      assertThat(entries).isEqualTo(pushes.get() * LINES);
      System.out.printf(
          "scaled 3, %d, 3: %,d pushes, %,d reads, %,d entries%n",
          3 + coming.size(), pushes.get(), reads.get(), entries);
    }
  }

  private static void awaitIngesters(ProcessCluster cluster, int count, String... bySight) {
    for (String name : bySight) {
      cluster.awaitIngesters(name, count);
    }
  }
}

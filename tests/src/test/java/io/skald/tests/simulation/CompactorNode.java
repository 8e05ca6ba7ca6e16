package io.skald.tests.simulation;

import io.skald.common.block.StorageException;
import io.skald.common.limits.Limits;
import io.skald.server.DeleteRemovals;
import io.skald.storage.compact.CompactionConfig;
import io.skald.storage.compact.Compactor;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A compactor, one of several that share a lease: whoever is active runs every minute. It takes
 * delete requests, and may die at any time.
 */
final class CompactorNode {
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Entries are taken out long before their request is processed, or when it is. */
  private static final List<Duration> CANCEL_PERIODS =
      List.of(Duration.ofSeconds(30), Duration.ofMinutes(8));

  /**
   * Nothing is away for so long: what is deleted has reached the object store, and is taken out.
   */
  private static final Duration FLUSHED_AFTER = Duration.ofMinutes(8);

  /** More than a process stands still, and clocks differ. */
  private static final Duration LEASE = Duration.ofMinutes(3);

  /** Up to which a new life waits before its first run: another one may take over. */
  private static final long LONGEST_START_NANOS = 4 * Cluster.MINUTE_NANOS;

  /** Younger files than the server's default has it are left alone no longer. */
  private static final CompactionConfig CONFIG =
      new CompactionConfig(
          Duration.ofMinutes(5),
          Duration.ofMinutes(3),
          Duration.ofMinutes(15),
          16 << 10,
          8 << 10,
          64 << 10,
          1 << 20);

  private final Surroundings around;
  private final World world;
  private final String name;
  private final Host administration;
  private final DeleteRequests requests;
  private final Duration cancelPeriod;
  private Host host;
  private int lives;
  private long mergedChunks;
  private boolean ended;

  CompactorNode(Surroundings around, String name) {
    this.around = around;
    this.world = around.world;
    this.name = name;
    this.administration = new Host(world, name + "-administration");
    this.requests =
        new DeleteRequests(
            around.storeOf(administration, true),
            QuerierNode.DELETES_REFRESH,
            administration.clock());
    this.cancelPeriod = CANCEL_PERIODS.get(world.random().nextInt(CANCEL_PERIODS.size()));
    this.host = live();
  }

  Host host() {
    return host;
  }

  private Host live() {
    Host now = new Host(world, name);
    Path directory = around.directory.resolve(name + "-" + lives++);
    now.start("compact", () -> compact(now, directory));
    return now;
  }

  /** Ends the process at once; another one takes over its name. */
  void crash() {
    host.die();
    world.tell(name + " crashes and starts again");
    host = live();
  }

  private void compact(Host on, Path directory) throws InterruptedException {
    SplittableRandom random = new SplittableRandom(world.random().nextLong());
    ObjectStore store = around.storeOf(on, true);
    try (IndexFileCache files =
            new IndexFileCache(
                directory.resolve("index"),
                64 << 20,
                file -> store.read(file.key(), 0, file.length()));
        Compactor compactor =
            new Compactor(
                CONFIG,
                new Compactor.Parts(
                    store,
                    new IndexMerge(
                        store, files, directory.resolve("making"), name, on.clock(), random),
                    new PackWriter(store, on.clock(), random),
                    around.decoder,
                    directory.resolve("packs"),
                    on.clock()),
                (_, _) -> 0,
                new DeleteRemovals(
                    new DeleteRequests(store, QuerierNode.DELETES_REFRESH, on.clock()),
                    _ -> Limits.DEFAULTS,
                    cancelPeriod,
                    FLUSHED_AFTER,
                    on.clock()),
                name,
                LEASE,
                _ -> {})) {
      world.sleep(world.between(1, LONGEST_START_NANOS));
      while (!ended && !on.isDead()) {
        run(compactor, on);
        world.sleep(INTERVAL.toNanos());
      }
    }
  }

  private void run(Compactor compactor, Host on) {
    long before = compactor.counters().mergedChunks.sum();
    try {
      compactor.run();
    } catch (StorageException e) {
      world.tell(on + ": " + e.getMessage());
    }
    mergedChunks += compactor.counters().mergedChunks.sum() - before;
  }

  /** Lets it end. */
  void end() {
    ended = true;
  }

  /** Returns how many chunks were merged into others. */
  long mergedChunks() {
    return mergedChunks;
  }

  /**
   * Asks for entries to be deleted.
   *
   * @throws StorageException if that is not possible now; it may have been noted
   */
  void delete(String id, String query, long fromNanos, long throughNanos) {
    requests.add(
        Surroundings.TENANT,
        new DeleteRequest(
            id,
            query,
            fromNanos,
            throughNanos,
            TimeUnit.NANOSECONDS.toMillis(administration.clock().nowNanos())));
  }
}

package io.skald.tests.simulation;

import io.skald.common.block.StorageException;
import io.skald.common.limits.Limits;
import io.skald.server.DeleteRemovals;
import io.skald.storage.compact.CompactionConfig;
import io.skald.storage.compact.CompactionCounters;
import io.skald.storage.compact.Compactor;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A compactor, which runs every minute, and takes delete requests. */
final class CompactorNode implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration CANCEL_PERIOD = Duration.ofSeconds(30);
  private static final Duration FLUSHED_AFTER = Duration.ofHours(1);
  private static final Duration LEASE = Duration.ofMinutes(5);

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

  private final World world;
  private final Host host;
  private final Host administration;
  private final IndexFileCache files;
  private final Compactor compactor;
  private final DeleteRequests requests;
  private boolean ended;

  CompactorNode(Surroundings around, String name) {
    this.world = around.world;
    this.host = new Host(world, name);
    this.administration = new Host(world, name + "-administration");
    SplittableRandom random = new SplittableRandom(world.random().nextLong());
    ObjectStore store = around.storeOf(host, true);
    Path directory = around.directory.resolve(name);
    this.files =
        new IndexFileCache(
            directory.resolve("index"), 64 << 20, file -> store.read(file.key(), 0, file.length()));
    this.requests =
        new DeleteRequests(
            around.storeOf(administration, true),
            QuerierNode.DELETES_REFRESH,
            administration.clock());
    this.compactor =
        new Compactor(
            CONFIG,
            new Compactor.Parts(
                store,
                new IndexMerge(
                    store, files, directory.resolve("making"), name, host.clock(), random),
                new PackWriter(store, host.clock(), random),
                around.decoder,
                directory.resolve("packs"),
                host.clock()),
            (_, _) -> 0,
            new DeleteRemovals(
                new DeleteRequests(store, QuerierNode.DELETES_REFRESH, host.clock()),
                _ -> Limits.DEFAULTS,
                CANCEL_PERIOD,
                FLUSHED_AFTER,
                host.clock()),
            name,
            LEASE,
            _ -> {});
    host.start("compact", this::loop);
  }

  Host host() {
    return host;
  }

  private void loop() throws InterruptedException {
    while (!ended) {
      world.sleep(INTERVAL.toNanos());
      try {
        compactor.run();
      } catch (StorageException e) {
        world.tell(host + ": " + e.getMessage());
      }
    }
  }

  /** Lets the loop end. */
  void end() {
    ended = true;
  }

  CompactionCounters counters() {
    return compactor.counters();
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

  @Override
  public void close() {
    compactor.close();
    files.close();
  }
}

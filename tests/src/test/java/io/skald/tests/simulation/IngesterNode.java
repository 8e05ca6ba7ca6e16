package io.skald.tests.simulation;

import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.ring.Instance;
import io.skald.common.ring.LifecyclerConfig;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingComparison;
import io.skald.common.ring.RingMember;
import io.skald.common.ring.RingStore;
import io.skald.common.ring.RingStoreException;
import io.skald.ingester.FlushFailedException;
import io.skald.ingester.Ingester;
import io.skald.ingester.IngesterConfig;
import io.skald.ingester.IngesterLimits;
import io.skald.server.IngesterHoldings;
import io.skald.storage.index.ShippingIndex;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An ingester with all that a process of that role has; it is started and ended many times. */
final class IngesterNode {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long MAX_SYNC_NANOS = TimeUnit.MILLISECONDS.toNanos(8);
  private static final int TOKENS = 16;

  private final Surroundings around;
  private final World world;
  private final String name;
  private final String zone;
  private final Path directory;
  private SimulatedDisk disk = new SimulatedDisk();
  private int failingSyncPercent;
  private @Nullable Life life;
  private @Nullable Host starting;
  private boolean flushed;

  /** One life of the process. */
  private long lives;

  private record Life(
      Host host,
      SimulatedDisk disk,
      ShippingIndex index,
      Ingester ingester,
      RingStore ring,
      RingMember member,
      IngesterHoldings holdings,
      long epoch) {}

  IngesterNode(Surroundings around, String name, String zone) {
    this.around = around;
    this.world = around.world;
    this.name = name;
    this.zone = zone;
    this.directory = around.directory.resolve(name);
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns the host it lives on now; null if there is none. */
  @Nullable Host host() {
    Life now = life;
    return now == null ? starting : now.host;
  }

  /** Small blocks, chunks and segments: a fault meets every step of them. */
  private static IngesterConfig config() {
    return new IngesterConfig(
        1024,
        4096,
        Duration.ofMinutes(10),
        Duration.ofMinutes(2),
        Duration.ofSeconds(5),
        2,
        64 << 10,
        256 << 10,
        Duration.ofSeconds(3),
        2,
        new IngesterConfig.Wal(
            true,
            Path.of("unused"),
            8 << 10,
            Duration.ofMinutes(1),
            32 << 10,
            64 << 10,
            64 << 10,
            Duration.ofSeconds(3)),
        LifecyclerConfig.DEFAULTS);
  }

  /** Sets how many of a hundred syncs of the log fail. */
  void failSyncs(int percent) {
    failingSyncPercent = percent;
  }

  /**
   * Begins a life: as the server does, joins the ring, replays the log, then takes writes. To be
   * called by a thread of no host.
   */
  void start() {
    if (host() != null) {
      throw new IllegalStateException(name + " runs already");
    }
    Host host = new Host(world, name);
    starting = host;
    world.tell(name + " starts");
    host.start("main", () -> live(host));
  }

  private void live(Host host) throws Exception {
    SplittableRandom random = new SplittableRandom(world.random().nextLong());
    ObjectStore store = around.storeOf(host, false);
    SimulatedDisk log = disk;
    log.beforeSync(() -> sync(host));
    ShippingIndex index = openIndex(host, store, random);
    if (host.isDead()) {
      index.close();
      return;
    }
    Ingester ingester =
        new Ingester(
            config(),
            PatternConfig.DEFAULTS,
            log,
            new PackWriter(store, host.clock(), random),
            index,
            around.decoder,
            _ -> new IngesterLimits.Limits(0, true, false),
            host.clock(),
            random,
            Thread.ofVirtual().factory());
    RingStore ring = around.registry.view(host);
    RingMember member =
        new RingMember(
            ring,
            new RingMember.Config(
                name,
                name,
                zone,
                TOKENS,
                directory.resolve("tokens"),
                Duration.ofSeconds(5),
                Duration.ZERO),
            host.clock(),
            random);
    starting = null;
    life =
        new Life(
            host,
            log,
            index,
            ingester,
            ring,
            member,
            new IngesterHoldings(ingester, index.recent()),
            ++lives << Integer.SIZE);
    retrying(host, member::join);
    ingester.start();
    retrying(host, member::activate);
  }

  /** A process that cannot start ends, and is started again. */
  private ShippingIndex openIndex(Host host, ObjectStore store, SplittableRandom random) {
    return new ShippingIndex(
        new ShippingIndex.Settings(
            directory.resolve("index"),
            directory.resolve("index-cache"),
            64 << 20,
            Duration.ofSeconds(30)),
        store,
        name,
        host.clock(),
        random);
  }

  private void retrying(Host host, Runnable step) throws InterruptedException {
    while (!host.isDead()) {
      try {
        step.run();
        return;
      } catch (RingStoreException _) {
        world.sleep(TimeUnit.SECONDS.toNanos(1));
      }
    }
  }

  private void sync(Host host) throws IOException {
    world.sleepThrough(world.between(1, MAX_SYNC_NANOS));
    if (!host.isDead() && world.random().nextInt(100) < failingSyncPercent) {
      throw new IOException("made up: the sync failed");
    }
  }

  /** Returns whether the process takes writes. */
  boolean isRunning() {
    Life now = life;
    return now != null && now.ingester.state() == Ingester.State.RUNNING;
  }

  /** Ends the process at once, and the machine: of what was not synced anything may be left. */
  void crash() {
    Life now = Objects.requireNonNull(life);
    life = null;
    disk = now.disk.crash(world.random());
    now.host.die();
    world.tell(name + " crashes");
    now.index.close();
    now.member.close(false);
    now.host.start("ghost", () -> now.ingester.stop(false));
  }

  /**
   * Ends the process in order, as the server does.
   *
   * @param leave whether it leaves the ring; if not, it is expected back
   * @return whether everything is flushed; not if it crashed meanwhile
   */
  boolean shutDown(boolean leave) throws InterruptedException {
    Life now = Objects.requireNonNull(life);
    world.tell(name + " shuts down" + (leave ? " and leaves" : ""));
    now.host.start("shutdown", () -> end(now, leave));
    flushed = false;
    while (life == now) {
      world.sleep(TimeUnit.MILLISECONDS.toNanos(100));
    }
    return flushed;
  }

  private void end(Life now, boolean leave) {
    try {
      now.member.leave();
    } catch (RingStoreException e) {
      world.tell(name + ": " + e.getMessage());
    }
    try {
      now.ingester.stop(true);
      flushed = life == now;
    } catch (FlushFailedException e) {
      world.tell(name + " could not flush: " + e.getMessage());
    }
    if (life == now) {
      now.member.close(leave && now.ingester.isFlushed());
      now.index.close();
      life = null;
      now.host.die();
      world.tell(name + " has ended");
    }
  }

  /** Writes everything that it holds to the object store, as an operator asks for. */
  void flushFrom(Host caller) {
    call(
        caller,
        Duration.ofMinutes(5),
        now -> {
          now.ingester.flush();
          return name;
        });
  }

  /** Returns the node as another host calls it. */
  IngesterClient writesFrom(Host caller) {
    return new IngesterClient() {
      @Override
      public List<EntryRejection> push(
          TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
        return call(caller, now -> now.ingester.push(tenant, key, batches));
      }
    };
  }

  /** An answer with what is told of the ring beside it. */
  private record Told<T>(T answer, List<Instance> members, long departures) {}

  private <T> T read(Host caller, RingComparison comparison, Function<Life, T> handler) {
    Told<T> told =
        call(
            caller,
            now -> {
              Ring ring = now.ring.get();
              return new Told<>(
                  handler.apply(now),
                  ring.holdersBeside(comparison.named()),
                  now.epoch + ring.departures());
            });
    comparison.departed().accept(told.departures);
    if (!told.members.isEmpty()) {
      comparison.told().accept(told.members);
    }
    return told.answer;
  }

  /** Returns what the node holds as another host asks for it. */
  IngesterReads readsFrom(Host caller, RingComparison comparison) {
    return new IngesterReads() {
      @Override
      public Holdings select(
          TenantId tenant,
          List<LabelMatcher> matchers,
          StreamShard shard,
          long fromNanos,
          long throughNanos,
          ReadRoom room) {
        return read(
            caller,
            comparison,
            now -> now.holdings.select(tenant, matchers, shard, fromNanos, throughNanos, room));
      }

      @Override
      public Set<Labels> series(
          TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
        return read(
            caller,
            comparison,
            now -> now.holdings.series(tenant, matchers, fromNanos, throughNanos));
      }

      @Override
      public PatternHoldings patterns(
          TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
        return read(
            caller,
            comparison,
            now -> now.holdings.patterns(tenant, matchers, fromNanos, throughNanos));
      }

      @Override
      public Subscription subscribe(
          TenantId tenant, List<LabelMatcher> matchers, LiveEntries.Sink sink) {
        throw new IngestUnavailableException(501, "nothing is followed in a simulation");
      }
    };
  }

  private <T> T call(Host caller, Function<Life, T> handler) {
    return call(caller, TIMEOUT, handler);
  }

  private <T> T call(Host caller, Duration timeout, Function<Life, T> handler) {
    return around.network.call(
        caller,
        this::host,
        name,
        timeout,
        () -> {
          Life now = life;
          if (now == null) {
            throw new IngestUnavailableException(503, name + " is not there");
          }
          return handler.apply(now);
        });
  }
}

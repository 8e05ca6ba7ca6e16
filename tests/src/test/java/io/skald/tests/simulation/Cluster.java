package io.skald.tests.simulation;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.storage.object.FaultyObjectStore.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The hosts of a simulation, and how they are begun, healed and ended. */
final class Cluster {
  static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
  static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  static final int LEAST_INGESTERS = 3;

  private static final int ZONES = 3;
  private static final int DISTRIBUTORS = 2;
  private static final int COMPACTORS = 2;
  private static final int QUERIERS = 2;
  private static final String QUERIER = "querier-";

  final World world;
  final Surroundings around;

  /** Whoever pushes, reads and administrates. */
  final Host client;

  private final boolean zones;
  private final Map<String, IngesterNode> known = new TreeMap<>();
  private final List<IngesterNode> wanted = new ArrayList<>();
  private final List<DistributorNode> distributors = new ArrayList<>();
  private final List<QuerierNode> queriers = new ArrayList<>();
  private final List<CompactorNode> compactors = new ArrayList<>();

  Cluster(Surroundings around) {
    this.around = around;
    this.world = around.world;
    this.client = new Host(world, "client");
    this.zones = world.oneIn(2);
    Function<String, IngesterNode> byName = this::ingester;
    for (int i = 0; i < DISTRIBUTORS; i++) {
      distributors.add(new DistributorNode(around, "distributor-" + i, byName));
    }
    boolean shared = world.oneIn(2);
    boolean keepsResults = world.oneIn(2);
    for (int i = 0; i < QUERIERS; i++) {
      String name = QUERIER + i;
      queriers.add(
          new QuerierNode(
              around,
              name,
              byName,
              shared ? ringOfQueriers() : new Ring(List.of()),
              this::querier,
              keepsResults));
    }
    for (int i = 0; i < COMPACTORS; i++) {
      compactors.add(new CompactorNode(around, "compactor-" + i));
    }
  }

  /** They are on it all the time, those that stand still, too. */
  private static Ring ringOfQueriers() {
    return new Ring(
        IntStream.range(0, QUERIERS)
            .mapToObj(i -> new Instance(QUERIER + i, "", Instance.State.ACTIVE, List.of()))
            .toList());
  }

  private QuerierNode querier(String name) {
    return queriers.stream()
        .filter(querier -> querier.toString().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private IngesterNode ingester(String name) {
    IngesterNode node = known.get(name);
    if (node == null) {
      throw new IllegalStateException("nobody is called " + name);
    }
    return node;
  }

  /** Adds an ingester, with an empty disk. */
  IngesterNode addIngester() {
    int number = known.size();
    IngesterNode node =
        new IngesterNode(around, "ingester-" + number, zones ? "zone-" + number % ZONES : "");
    known.put(node.toString(), node);
    wanted.add(node);
    node.start();
    return node;
  }

  /** Makes the cluster do without an ingester from now on. */
  void dismiss(IngesterNode node) {
    wanted.remove(node);
  }

  void start() throws InterruptedException {
    for (int i = 0; i < LEAST_INGESTERS; i++) {
      addIngester();
    }
    awaitIngesters();
  }

  /** Returns the ingesters that should be there. */
  List<IngesterNode> ingesters() {
    return List.copyOf(wanted);
  }

  List<DistributorNode> distributors() {
    return distributors;
  }

  List<QuerierNode> queriers() {
    return queriers;
  }

  List<CompactorNode> compactors() {
    return compactors;
  }

  <T> T any(List<T> of) {
    return of.get(world.random().nextInt(of.size()));
  }

  void pause(long nanos) throws InterruptedException {
    world.sleep(nanos);
  }

  private void awaitIngesters() throws InterruptedException {
    while (!wanted.stream().allMatch(IngesterNode::isRunning)) {
      pause(SECOND_NANOS);
    }
    pause(2 * SECOND_NANOS);
  }

  /** Ends all faults, and waits until they are over. */
  void heal() throws InterruptedException {
    world.tell("all is well again");
    around.network.heal();
    around.network.weather(0, Duration.ofMillis(2));
    around.store.faults(Faults.NONE);
    for (IngesterNode node : known.values()) {
      node.failSyncs(0);
      Host host = node.host();
      if (host != null) {
        host.goOn();
        host.skew(0);
      } else if (wanted.contains(node)) {
        node.start();
      }
    }
    for (Host host : roles()) {
      host.goOn();
      host.skew(0);
    }
    awaitIngesters();
    // What was under way has ended, members are heard of, and backed-off flushes are tried again.
    pause(3 * MINUTE_NANOS);
  }

  /** Returns the hosts of distributors, queriers and compactors. */
  List<Host> roles() {
    List<Host> hosts = new ArrayList<>();
    distributors.forEach(node -> hosts.add(node.host()));
    queriers.forEach(node -> hosts.add(node.host()));
    compactors.forEach(node -> hosts.add(node.host()));
    return hosts;
  }

  /** Brings everything to the object store. */
  void flush() throws InterruptedException {
    for (IngesterNode node : wanted) {
      try {
        node.flushFrom(client);
      } catch (IngestUnavailableException e) {
        throw new AssertionError(node + " cannot be flushed although all is well", e);
      }
    }
    pause(MINUTE_NANOS);
  }

  /** Ends all processes in order. */
  void close() throws InterruptedException {
    compactors.forEach(CompactorNode::end);
    for (IngesterNode node : ingesters()) {
      node.shutDown(true);
    }
    pause(MINUTE_NANOS * 2);
    queriers.forEach(QuerierNode::close);
  }
}

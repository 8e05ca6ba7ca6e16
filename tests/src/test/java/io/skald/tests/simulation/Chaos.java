package io.skald.tests.simulation;

import io.skald.storage.object.FaultyObjectStore.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes faults happen, several at once.
 *
 * <p>One thing is kept apart: while members come or leave, all ingesters see the registry of the
 * ring. One that leaves without it stays a member for ever, as nobody here takes out the dead.
 */
final class Chaos {
  private static final int THREADS = 2;
  private static final int MOST_INGESTERS = 5;

  /** Of ingesters, whose clocks are in the names of what they write. */
  private static final long MOST_SKEW_NANOS = 10 * Cluster.MINUTE_NANOS;

  private static final long LENGTH_NANOS = 4 * Cluster.MINUTE_NANOS;

  private final Cluster cluster;
  private final World world;
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private int working;
  private boolean membersChange;
  private int registryCuts;

  Chaos(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world;
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  /** Returns when no more faults begin; what they left is to be healed. */
  void run() throws InterruptedException {
    for (int i = 0; i < THREADS; i++) {
      working++;
      new Host(world, "chaos-" + i).start("main", this::go);
    }
    while (working > 0) {
      world.sleep(Cluster.SECOND_NANOS);
    }
  }

  private void go() throws InterruptedException {
    long end = world.nowNanos() + LENGTH_NANOS;
    Fault[] kinds = Fault.values();
    while (world.nowNanos() < end) {
      world.sleep(world.between(Cluster.SECOND_NANOS, 20 * Cluster.SECOND_NANOS));
      Fault fault = kinds[world.random().nextInt(kinds.length)];
      if (make(fault)) {
        faults.merge(fault, 1, Integer::sum);
      }
    }
    working--;
  }

  private long someTime(int maxSeconds) {
    return world.between(Cluster.SECOND_NANOS / 10, maxSeconds * Cluster.SECOND_NANOS);
  }

  private void last(int maxSeconds) throws InterruptedException {
    world.sleep(someTime(maxSeconds));
  }

  /** Returns whether the fault happened. */
  private boolean make(Fault fault) throws InterruptedException {
    return switch (fault) {
      case CRASH -> crash();
      case BLACKOUT -> blackout();
      case CRASH_DISTRIBUTOR -> {
        cluster.any(cluster.distributors()).crash();
        yield true;
      }
      case CRASH_COMPACTOR -> {
        cluster.any(cluster.compactors()).crash();
        yield true;
      }
      case STOP -> stop();
      case CUT -> cut();
      case CUT_REGISTRY -> cutRegistry();
      case CUT_STORE -> cutFrom(anyHost(), Surroundings.STORE, 60);
      case WEATHER -> weather();
      case STORE_DOWN -> store(Faults.DOWN, 90);
      case STORE_FLAKY -> store(new Faults(0.2, 0.1, 0, Duration.ZERO), 60);
      case SYNC -> sync();
      case CLOCK -> {
        Host host = anyHost();
        long most = cluster.roles().contains(host) ? 30 * Cluster.SECOND_NANOS : MOST_SKEW_NANOS;
        long skew = world.between(-most, most);
        world.tell("the clock of %s is wrong by %d ms".formatted(host, skew / 1_000_000));
        host.skew(skew);
        yield true;
      }
      case ROLLING_RESTART -> changeMembers(this::restartAll);
      case SCALE_OUT -> cluster.ingesters().size() < MOST_INGESTERS && changeMembers(this::addOne);
      case SCALE_IN ->
          cluster.ingesters().size() > Cluster.LEAST_INGESTERS && changeMembers(this::leave);
      case STALE_READER -> changeMembers(this::changeBehindAReader);
    };
  }

  private List<IngesterNode> running() {
    return cluster.ingesters().stream().filter(IngesterNode::isRunning).toList();
  }

  private Host anyHost() {
    List<Host> hosts = new ArrayList<>(cluster.roles());
    for (IngesterNode node : running()) {
      Host host = node.host();
      if (host != null) {
        hosts.add(host);
      }
    }
    return cluster.any(hosts);
  }

  private boolean crash() throws InterruptedException {
    List<IngesterNode> alive = running();
    if (alive.isEmpty()) {
      return false;
    }
    IngesterNode node = cluster.any(alive);
    node.crash();
    last(world.oneIn(2) ? 2 : 60);
    if (node.host() == null && cluster.ingesters().contains(node)) {
      node.start();
    }
    return true;
  }

  private boolean blackout() throws InterruptedException {
    running().forEach(IngesterNode::crash);
    last(20);
    for (IngesterNode node : cluster.ingesters()) {
      if (node.host() == null) {
        node.start();
      }
    }
    return true;
  }

  private boolean stop() throws InterruptedException {
    Host host = anyHost();
    world.tell(host + " stands still");
    host.stop();
    last(30);
    world.tell(host + " goes on");
    host.goOn();
    return true;
  }

  private boolean cut() throws InterruptedException {
    String one = anyHost().toString();
    if (world.oneIn(2)) {
      String other = anyHost().toString();
      world.tell(one + " and " + other + " are cut");
      cluster.around.network.cut(one, other);
    } else {
      world.tell(one + " is cut off");
      List<String> others = new ArrayList<>();
      cluster.roles().forEach(host -> others.add(host.toString()));
      cluster.ingesters().forEach(node -> others.add(node.toString()));
      others.forEach(other -> cluster.around.network.cut(one, other));
    }
    last(40);
    heal();
    return true;
  }

  private void heal() {
    world.tell("cuts are over");
    cluster.around.network.heal();
    registryCuts = 0;
  }

  private boolean cutRegistry() throws InterruptedException {
    Host host = anyHost();
    if (!cluster.roles().contains(host)) {
      if (membersChange) {
        return false;
      }
      registryCuts++;
    }
    return cutFrom(host, Surroundings.REGISTRY, 40);
  }

  private boolean cutFrom(Host host, String what, int maxSeconds) throws InterruptedException {
    cut(host, what);
    last(maxSeconds);
    heal();
    return true;
  }

  private void cut(Host host, String what) {
    world.tell(host + " is cut off from the " + what);
    cluster.around.network.cut(host.toString(), what);
  }

  private boolean weather() throws InterruptedException {
    int lost = world.random().nextInt(30);
    long slowest = world.between(5_000_000, 3 * Cluster.SECOND_NANOS);
    world.tell("%d %% of messages get lost, up to %d ms".formatted(lost, slowest / 1_000_000));
    cluster.around.network.weather(lost, Duration.ofNanos(slowest));
    last(60);
    world.tell("messages pass again");
    cluster.around.network.weather(0, Duration.ofMillis(2));
    return true;
  }

  private boolean store(Faults bad, int maxSeconds) throws InterruptedException {
    world.tell("object store: " + bad);
    cluster.around.store.faults(bad);
    last(maxSeconds);
    world.tell("the object store works again");
    cluster.around.store.faults(Faults.NONE);
    return true;
  }

  private boolean sync() throws InterruptedException {
    IngesterNode node = cluster.any(cluster.ingesters());
    world.tell("syncs of " + node + " fail");
    node.failSyncs(30);
    last(30);
    node.failSyncs(0);
    return true;
  }

  private boolean changeMembers(Host.Task change) throws InterruptedException {
    if (membersChange || registryCuts > 0) {
      return false;
    }
    membersChange = true;
    try {
      change.run();
      return true;
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      membersChange = false;
    }
  }

  private void restartAll() throws InterruptedException {
    boolean leave = world.oneIn(2);
    for (IngesterNode node : cluster.ingesters()) {
      if (node.isRunning()) {
        node.shutDown(leave);
        last(5);
        if (node.host() == null) {
          node.start();
        }
        last(20);
      }
    }
  }

  private void addOne() throws InterruptedException {
    IngesterNode added = cluster.addIngester();
    while (!added.isRunning()) {
      world.sleep(Cluster.SECOND_NANOS);
    }
  }

  /** Adds ingesters, or replaces them by ones with new names, while a querier sees none of it. */
  private void changeBehindAReader() throws InterruptedException {
    cut(cluster.any(cluster.queriers()).host(), Surroundings.REGISTRY);
    boolean replace = world.oneIn(2);
    int replaced = replace ? cluster.ingesters().size() : 0;
    for (int i = 0; i < replaced; i++) {
      if (cluster.ingesters().size() <= MOST_INGESTERS) {
        addOne();
      }
      leave();
      last(10);
    }
    while (!replace && cluster.ingesters().size() < MOST_INGESTERS) {
      addOne();
    }
    last(30);
    heal();
  }

  private void leave() throws InterruptedException {
    @Nullable IngesterNode chosen = null;
    for (IngesterNode node : running()) {
      chosen = chosen == null || world.oneIn(2) ? node : chosen;
    }
    if (chosen != null && running().size() > Cluster.LEAST_INGESTERS) {
      if (chosen.shutDown(true)) {
        cluster.dismiss(chosen);
      } else if (chosen.host() == null) {
        chosen.start();
      }
    }
  }
}

package io.skald.tests.simulation;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.ring.RingStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ring, as etcd does for a cluster: a member lives while its heartbeats come; every host
 * has a view that follows after a while, or stays as it is when the host is cut off.
 */
final class SimulatedRegistry {
  private static final long FOLLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final World world;
  private final SimulatedNetwork network;
  private final Host host;
  private final long timeoutNanos;
  private final Map<String, Instance> members = new TreeMap<>();
  private final Map<String, Long> heardNanos = new TreeMap<>();
  private final List<View> views = new ArrayList<>();
  private List<Instance> last = List.of();
  private Ring ring = new Ring(List.of());

  /**
   * @param timeout after which a member without heartbeats is dead
   */
  SimulatedRegistry(World world, SimulatedNetwork network, Duration timeout) {
    this.world = world;
    this.network = network;
    this.timeoutNanos = timeout.toNanos();
    this.host = new Host(world, Surroundings.REGISTRY);
  }

  /** Returns the ring as a host knows it. */
  RingStore view(Host of) {
    View view = new View(of);
    views.removeIf(other -> other.of.isDead());
    views.add(view);
    view.read();
    view.follow();
    return view;
  }

  /** Returns the ring; the same one as long as nothing changes. */
  private Ring now() {
    List<Instance> instances =
        members.values().stream().map(member -> member.withHealth(isHeard(member.id()))).toList();
    if (!instances.equals(last)) {
      last = instances;
      ring = ring.next(instances);
    }
    return ring;
  }

  private boolean isHeard(String id) {
    return world.nowNanos() - heardNanos.getOrDefault(id, 0L) < timeoutNanos;
  }

  private void changed() {
    for (View view : views) {
      world.after(world.between(1000, TimeUnit.MILLISECONDS.toNanos(20)), view::read);
    }
  }

  private final class View implements RingStore {
    private final Host of;
    private Ring known = new Ring(List.of());
    private @Nullable Ring seen;

    View(Host of) {
      this.of = of;
    }

    private void requireReached() {
      if (!network.reaches(of, host)) {
        throw new RingStoreException("the registry is not reached from " + of);
      }
    }

    /** Takes over what there is; does nothing if the registry is not reached. */
    void read() {
      if (!of.isStopped() && network.reaches(of, host)) {
        Ring now = now();
        if (now != seen) {
          seen = now;
          known = known.next(now.instances()); // counts the departures that it sees
        }
      }
    }

    void follow() {
      if (!of.isDead()) {
        world.after(
            FOLLOW_NANOS,
            () -> {
              read();
              follow();
            });
      }
    }

    @Override
    public void put(Instance instance) {
      requireReached();
      heardNanos.put(instance.id(), world.nowNanos());
      Instance before = members.get(instance.id());
      if (before == null
          || before.state() != instance.state()
          || !before.tokens().equals(instance.tokens())) {
        members.put(instance.id(), instance);
        world.tell(instance.id() + " is " + instance.state());
        changed();
      }
      read();
    }

    @Override
    public void remove(String id) {
      requireReached();
      members.remove(id);
      heardNanos.remove(id);
      world.tell(id + " has left the ring");
      changed();
      read();
    }

    @Override
    public Ring get() {
      return known;
    }

    @Override
    public void close() {}
  }
}

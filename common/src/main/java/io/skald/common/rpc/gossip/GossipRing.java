package io.skald.common.rpc.gossip;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.rpc.RingMembership;
import io.skald.common.rpc.wire.RingMember;
import io.skald.common.rpc.wire.RingMembers;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A ring that each member knows for itself. What is told of a member is merged: the later heartbeat
 * counts, by the clock of that member, and of two at one time the later state. So the order and the
 * number of messages do not matter. A member that left stays known as such for a while, or an older
 * message would bring it back.
 */
public final class GossipRing implements RingStore {
  /** Longer than any message is on its way. */
  private static final Duration REMEMBER_LEFT = Duration.ofHours(1);

  private final String name;
  private final Duration heartbeatTimeout;
  private final Clock clock;
  private final Consumer<RingMembers> tell;
  private final Map<String, Heard> members = new HashMap<>(); // guarded by this
  private Ring ring = new Ring(List.of()); // guarded by this
  private long validUntilNanos = Long.MAX_VALUE; // guarded by this

  /**
   * A member as it was told of last.
   *
   * @param nanos when that was, monotonic here
   */
  private record Heard(RingMember member, long nanos) {}

  /**
   * @param tell brings members to all others; may fail with RingStoreException
   */
  GossipRing(String name, Duration heartbeatTimeout, Clock clock, Consumer<RingMembers> tell) {
    this.name = name;
    this.heartbeatTimeout = heartbeatTimeout;
    this.clock = clock;
    this.tell = tell;
  }

  @Override
  public void put(Instance instance) {
    RingMember member;
    synchronized (this) {
      Heard before = members.get(instance.id());
      long last = before == null ? 0 : before.member.getHeartbeatMillis();
      member =
          RingMembership.of(instance).toBuilder()
              .setHeartbeatMillis(Math.max(clock.nowMillis(), last + 1))
              .build();
      take(member);
      rebuild();
    }
    tell(List.of(member));
  }

  @Override
  public void remove(String id) {
    RingMember left;
    synchronized (this) {
      Heard before = members.get(id);
      if (before == null) {
        return;
      }
      left = before.member.toBuilder().setState(RingMember.State.LEFT).clearTokens().build();
      take(left);
      rebuild();
    }
    tell(List.of(left));
  }

  private void tell(List<RingMember> some) {
    tell.accept(RingMembers.newBuilder().setRing(name).addAllMembers(some).build());
  }

  /** Returns everything that is known, for one that has just come. */
  synchronized RingMembers all() {
    RingMembers.Builder all = RingMembers.newBuilder().setRing(name);
    members.values().forEach(heard -> all.addMembers(heard.member));
    return all.build();
  }

  /** Merges what another member told. */
  synchronized void merge(RingMembers told) {
    told.getMembersList().forEach(this::take);
    rebuild();
  }

  private void take(RingMember told) {
    Heard known = members.get(told.getId());
    if (known == null || isLater(told, known.member)) {
      members.put(told.getId(), new Heard(told, clock.monotonicNanos()));
    }
  }

  private static boolean isLater(RingMember a, RingMember b) {
    return a.getHeartbeatMillis() != b.getHeartbeatMillis()
        ? a.getHeartbeatMillis() > b.getHeartbeatMillis()
        : a.getStateValue() > b.getStateValue();
  }

  /** Makes the ring anew, valid until a member dies that lives now. */
  private void rebuild() {
    long now = clock.monotonicNanos();
    members
        .values()
        .removeIf(heard ->
            heard.member.getState() == RingMember.State.LEFT
                && now - heard.nanos > REMEMBER_LEFT.toNanos());
    long validNanos = Long.MAX_VALUE;
    List<Instance> instances = new ArrayList<>();
    for (Heard heard : members.values()) {
      if (heard.member.getState() != RingMember.State.LEFT) {
        long left = heartbeatTimeout.toNanos() - (now - heard.nanos);
        instances.add(RingMembership.read(heard.member).withHealth(left > 0));
        validNanos = left > 0 ? Math.min(validNanos, left) : validNanos;
      }
    }
    ring = ring.next(instances);
    validUntilNanos = validNanos == Long.MAX_VALUE ? Long.MAX_VALUE : now + validNanos;
  }

  @Override
  public synchronized Ring get() {
    if (validUntilNanos != Long.MAX_VALUE && clock.monotonicNanos() - validUntilNanos >= 0) {
      rebuild();
    }
    return ring;
  }

  /** Does nothing: the connection is another's to close. */
  @Override
  public void close() {}
}

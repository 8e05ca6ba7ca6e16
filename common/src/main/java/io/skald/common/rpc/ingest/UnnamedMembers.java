package io.skald.common.rpc.ingest;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.rpc.RingMembership;
import io.skald.common.rpc.wire.RingMember;
import io.skald.common.rpc.wire.ToldMember;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The members of the ring that a reader did not name, as this process knows them; for one call. See
 * {@link io.skald.common.ring.RingComparison}. Confined to the thread that answers.
 */
final class UnnamedMembers {
  /** What one message tells of at most: far beyond what two views of one ring differ by. */
  private static final int MAX_TOLD = 1000;

  private static final int UNAVAILABLE = 503;

  private final Supplier<Ring> rings;
  private final long epoch;
  private final Set<String> named;
  private @Nullable Ring told;

  /**
   * @param epoch that no other process tells departures by
   */
  UnnamedMembers(Supplier<Ring> rings, long epoch, List<String> named) {
    this.rings = rings;
    this.epoch = epoch;
    this.named = Set.copyOf(named);
  }

  /**
   * Returns what is to be told now: all of them; none as long as the ring is the one of the call
   * before, or if the reader named nobody.
   *
   * @throws IngestUnavailableException if there are too many: to leave some out would make an
   *     answer look whole
   */
  List<ToldMember> next() {
    Ring ring = rings.get();
    if (named.isEmpty() || ring.equals(told)) {
      return List.of();
    }
    told = ring;
    List<Instance> unnamed = ring.holdersBeside(named);
    if (unnamed.size() > MAX_TOLD) {
      throw new IngestUnavailableException(
          UNAVAILABLE,
          "the reader knows %d members of the ring, this ingester %d more, and at most %d are told"
              .formatted(named.size(), unnamed.size(), MAX_TOLD));
    }
    return unnamed.stream().map(UnnamedMembers::wire).toList();
  }

  /**
   * Returns what tells, beside what was told last, whether a member left since another call; 0 if
   * nothing was.
   */
  long departures() {
    return told == null ? 0 : epoch + told.departures();
  }

  private static ToldMember wire(Instance instance) {
    RingMember member = RingMembership.of(instance).toBuilder().clearTokens().build();
    return ToldMember.newBuilder().setMember(member).setDead(!instance.healthy()).build();
  }

  /** Returns the members of a message, without tokens. */
  static List<Instance> read(List<ToldMember> told) {
    return told.stream()
        .map(one -> RingMembership.read(one.getMember()).withHealth(!one.getDead()))
        .toList();
  }
}

package io.skald.common.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ring.Instance.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
  @Test
  void replicas_walksClockwiseFromTheKey() {
    Ring ring =
        new Ring(
            List.of(
                instance("a", "", State.ACTIVE, 100),
                instance("b", "", State.ACTIVE, 200),
                instance("c", "", State.ACTIVE, -1)));

    assertThat(ids(ring.replicas(150, 2))).containsExactly("b", "c");
    assertThat(ids(ring.replicas(200, 1))).containsExactly("b");
    assertThat(ids(ring.replicas(-1, 3))).containsExactly("c", "a", "b");
    assertThat(ids(ring.replicas(0, 9))).containsExactly("a", "b", "c");
  }

  @Test
  void ownedShare_isTheKeysBeforeEachToken() {
    Ring ring =
        new Ring(
            List.of(
                instance("a", "", State.ACTIVE, 1 << 30, 0),
                instance("b", "", State.LEAVING, Integer.MIN_VALUE)));

    assertThat(ring.ownedShare("a")).isEqualTo(0.75);
    assertThat(ring.ownedShare("b")).isEqualTo(0.25);
    assertThat(ring.ownedShare("c")).isZero();
    assertThat(new Ring(List.of()).ownedShare("a")).isZero();
  }

  @Test
  void replicas_instanceThatTakesNoWrites_isPassedOver() {
    Ring ring =
        new Ring(
            List.of(
                instance("a", "", State.LEAVING, 100),
                instance("b", "", State.JOINING, 200),
                instance("c", "", State.PENDING, 300),
                instance("d", "", State.ACTIVE, 400)));

    assertThat(ids(ring.replicas(50, 3))).containsExactly("d");
  }

  @Test
  void replicas_zones_areDistinctAsLongAsThereAreAny() {
    Ring ring =
        new Ring(
            List.of(
                instance("a1", "a", State.ACTIVE, 100),
                instance("a2", "a", State.ACTIVE, 200),
                instance("b1", "b", State.ACTIVE, 300)));

    assertThat(ids(ring.replicas(50, 2))).containsExactly("a1", "b1");
    assertThat(ids(ring.replicas(50, 3))).containsExactly("a1", "b1", "a2");
  }

  @Test
  void replicas_emptyRing_isEmpty() {
    assertThat(new Ring(List.of()).replicas(5, 3)).isEmpty();
  }

  @Test
  void new_sharedToken_isRefused() {
    assertThatThrownBy(() ->
            new Ring(
                List.of(instance("a", "", State.ACTIVE, 7), instance("b", "", State.ACTIVE, 7))))
        .hasMessageContaining("token 7 is owned by a and b");
  }

  @Test
  void replicas_instanceLeaves_movesOnlyItsKeys() {
    Random random = new Random(3);
    List<Instance> instances = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int[] tokens = random.ints(128).toArray();
      instances.add(instance("i" + i, "", State.ACTIVE, tokens));
    }
    Ring before = new Ring(instances);
    Ring after = new Ring(instances.subList(0, 4));
    Map<String, Integer> owned = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int key = random.nextInt();
      String owner = before.replicas(key, 1).getFirst().id();
      owned.merge(owner, 1, Integer::sum);
      if (!owner.equals("i4")) {
        assertThat(after.replicas(key, 1).getFirst().id()).isEqualTo(owner);
      }
    }
    assertThat(owned.values()).allSatisfy(count -> assertThat(count).isBetween(2500, 6000));
  }

  @Test
  void quorum_isTheMajority() {
    assertThat(Ring.quorum(1)).isEqualTo(1);
    assertThat(Ring.quorum(2)).isEqualTo(2);
    assertThat(Ring.quorum(3)).isEqualTo(2);
    assertThat(Ring.quorum(5)).isEqualTo(3);
  }

  private static Instance instance(String id, String zone, State state, int... tokens) {
    return new Instance(id, zone, state, java.util.Arrays.stream(tokens).boxed().toList());
  }

  private static List<String> ids(List<Instance> instances) {
    return instances.stream().map(Instance::id).toList();
  }

  @Test
  void next_membersLeaveAndComeBack_countsThoseThatLeft() {
    Instance a = new Instance("a", "", Instance.State.ACTIVE, List.of(1));
    Instance b = new Instance("b", "", Instance.State.ACTIVE, List.of(2));
    Ring ring = new Ring(List.of()).next(List.of(a, b));

    assertThat(ring.departures()).isZero();
    Ring later = ring.next(List.of(a)).next(List.of(a, b)).next(List.of());
    assertThat(later.departures()).isEqualTo(3);
    assertThat(later.instances()).isEmpty();
  }
}

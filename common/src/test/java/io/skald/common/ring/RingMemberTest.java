package io.skald.common.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.ring.Instance.State;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RingMemberTest {
  @TempDir Path directory;
  private final InMemoryRing ring = new InMemoryRing();
  private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
  private final Clock clock =
      new Clock() {
        @Override
        public long nowNanos() {
          return nanos.get();
        }

        @Override
        public long monotonicNanos() {
          return nanos.get();
        }
      };

  private RingMember member(int tokens, long seed) {
    return member("a", "tokens", tokens, seed);
  }

  private RingMember member(String id, String file, int tokens, long seed) {
    return new RingMember(
        ring,
        new RingMember.Config(
            id,
            "a:9095",
            "z",
            tokens,
            directory.resolve(file),
            Duration.ofHours(1),
            Duration.ofMinutes(10)),
        clock,
        new Random(seed));
  }

  private Instance self() {
    return instance("a");
  }

  private Instance instance(String id) {
    return ring.get().instances().stream()
        .filter(one -> one.id().equals(id))
        .findAny()
        .orElseThrow();
  }

  @Test
  void join_whileAnotherLeaves_takesItsTokensOverOnceItTakesWrites() {
    RingMember old = member("a", "tokens-a", 4, 1);
    old.join();
    old.activate();
    List<Integer> tokens = instance("a").tokens();
    int key = tokens.getFirst();
    old.leave();

    RingMember fresh = member("b", "tokens-b", 4, 2);
    fresh.join();
    assertThat(ring.get().replicas(key, 1)).isEmpty();
    fresh.activate();
    old.beatOnce();

    assertThat(instance("b").tokens()).containsExactlyElementsOf(tokens);
    assertThat(ring.get().replicas(key, 1)).extracting(Instance::id).containsExactly("b");
    assertThat(instance("a").tokens()).isEmpty();
  }

  @Test
  void join_ofAnotherZone_takesNewTokens() {
    RingMember old = member("a", "tokens-a", 4, 1);
    old.join();
    old.activate();
    old.leave();
    List<Integer> tokens = instance("a").tokens();

    new RingMember(
            ring,
            new RingMember.Config(
                "b",
                "b:9095",
                "y",
                4,
                directory.resolve("tokens-b"),
                Duration.ofHours(1),
                Duration.ofMinutes(10)),
            clock,
            new Random(2))
        .join();

    assertThat(instance("b").tokens()).hasSize(4).doesNotContainAnyElementsOf(tokens);
  }

  @Test
  void beat_twoTookOverFromOne_oneGetsNewTokens() {
    RingMember old = member("a", "tokens-a", 4, 1);
    old.join();
    old.activate();
    old.leave();
    List<Integer> tokens = instance("a").tokens();
    RingMember first = member("b", "tokens-b", 4, 2);
    RingMember second = member("c", "tokens-c", 4, 3);
    first.join();
    second.join();
    first.activate();
    second.activate();

    first.beatOnce();
    second.beatOnce();

    assertThat(instance("b").tokens()).containsExactlyElementsOf(tokens);
    assertThat(instance("c").tokens()).hasSize(4).doesNotContainAnyElementsOf(tokens);
    second.close(false);
    RingMember again = member("c", "tokens-c", 4, 4);
    List<Integer> replaced = instance("c").tokens();
    again.join();
    assertThat(instance("c").tokens()).containsExactlyElementsOf(replaced);
  }

  @Test
  void join_backAfterATakeOver_leavesTheTokensWhereTheyAre() {
    RingMember old = member("a", "tokens-a", 4, 1);
    old.join();
    old.activate();
    old.leave();
    List<Integer> tokens = instance("a").tokens();
    RingMember fresh = member("b", "tokens-b", 4, 2);
    fresh.join();
    fresh.activate();
    old.close();

    member("a", "tokens-a", 4, 3).join();

    assertThat(instance("b").tokens()).containsExactlyElementsOf(tokens);
    assertThat(instance("a").tokens()).hasSize(4).doesNotContainAnyElementsOf(tokens);
  }

  @Test
  void life_passesThroughTheStates() {
    RingMember member = member(4, 1);

    member.join();
    assertThat(self().state()).isEqualTo(State.JOINING);
    assertThat(self().address()).isEqualTo("a:9095");
    member.activate();
    assertThat(self().takesWrites()).isTrue();
    member.leave();
    assertThat(self().state()).isEqualTo(State.LEAVING);
    member.close();
    assertThat(ring.get().instances()).isEmpty();
  }

  @Test
  void join_afterARestart_takesItsTokensUpAgain() {
    RingMember first = member(4, 1);
    first.join();
    List<Integer> tokens = self().tokens();
    first.close();

    RingMember second = member(4, 2);
    second.join();

    assertThat(self().tokens()).hasSize(4).isEqualTo(tokens);
    second.close();
  }

  @Test
  void join_moreTokensThanBefore_keepsThoseItHad() {
    RingMember first = member(4, 1);
    first.join();
    List<Integer> tokens = self().tokens();
    first.close();

    RingMember second = member(6, 2);
    second.join();

    assertThat(self().tokens())
        .hasSize(6)
        .doesNotHaveDuplicates()
        .startsWith(tokens.toArray(new Integer[0]));
    second.close();
  }

  @Test
  void join_tokensOfOthers_areNotTaken() {
    Random same = new Random(5);
    List<Integer> taken = List.of(same.nextInt(), same.nextInt());
    ring.put(new Instance("b", "z", State.ACTIVE, taken));
    RingMember member = member(3, 5);

    member.join();

    assertThat(self().tokens()).hasSize(3).doesNotContainAnyElementsOf(taken);
    member.close();
  }

  @Test
  void join_damagedFile_saysWhatToDo() throws IOException {
    RingMember first = member(2, 1);
    first.join();
    first.close();
    Path file = directory.resolve("tokens");
    Files.writeString(file, Files.readString(file).replaceFirst("\\d\n$", "x\n"));

    assertThatThrownBy(() -> member(2, 1).join())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is damaged: its checksum is wrong; delete it to get new ones");
  }

  @Test
  void heartbeat_memberDeadForLong_isTakenOut() {
    RingMember member = member(1, 1);
    member.join();
    ring.put(new Instance("dead", "dead:1", "z", State.ACTIVE, List.of(1), 0, false));

    member.beatOnce();
    nanos.addAndGet(Duration.ofMinutes(9).toNanos());
    member.beatOnce();
    assertThat(ring.get().instances()).extracting(Instance::id).contains("dead");
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    member.beatOnce();

    assertThat(ring.get().instances()).extracting(Instance::id).containsExactly("a");
    member.close();
  }

  @Test
  void close_withoutUnregistering_staysInTheRing() {
    RingMember member = member(1, 1);
    member.join();

    member.close(false);

    assertThat(self().state()).isEqualTo(State.JOINING);
  }
}

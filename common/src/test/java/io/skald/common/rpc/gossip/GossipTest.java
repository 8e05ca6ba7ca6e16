package io.skald.common.rpc.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.ring.Instance;
import io.skald.common.ring.MemberlistConfig;
import io.skald.common.ring.MemberlistTls;
import io.skald.common.rpc.wire.RingMembers;
import io.skald.common.time.Clock;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GossipTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final long PATIENCE_SECONDS = 60;

  private final AtomicLong nanos = new AtomicLong(TimeUnit.HOURS.toNanos(1));
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

  private static Instance instance(String id, Instance.State state, Integer... tokens) {
    return new Instance(id, id + ":9095", "z", state, List.of(tokens), 1, true);
  }

  private static Optional<Instance> find(GossipRing ring, String id) {
    return ring.get().instances().stream().filter(one -> one.id().equals(id)).findAny();
  }

  private GossipRing deaf(List<RingMembers> told) {
    return new GossipRing("ring/", TIMEOUT, clock, told::add);
  }

  @Test
  void merge_anyOrderAndTwice_endsInTheLatestState() {
    List<RingMembers> told = new ArrayList<>();
    GossipRing speaker = deaf(told);
    speaker.put(instance("a", Instance.State.JOINING, 1));
    speaker.put(instance("a", Instance.State.ACTIVE, 1));
    speaker.remove("a");
    speaker.put(instance("a", Instance.State.JOINING, 1));
    GossipRing hearer = deaf(new ArrayList<>());

    for (int i = told.size() - 1; i >= 0; i--) {
      hearer.merge(told.get(i));
      hearer.merge(told.get(i));
    }

    assertThat(find(hearer, "a").orElseThrow().state()).isEqualTo(Instance.State.JOINING);
    hearer.remove("a");
    told.forEach(hearer::merge);
    assertThat(find(hearer, "a")).as("older messages do not bring it back").isEmpty();
  }

  @Test
  void get_noHeartbeat_makesItUnhealthyUntilTheNext() {
    GossipRing ring = deaf(new ArrayList<>());
    ring.put(instance("a", Instance.State.ACTIVE, 1));

    nanos.addAndGet(TIMEOUT.toNanos() - 1);
    assertThat(find(ring, "a").orElseThrow().healthy()).isTrue();
    nanos.addAndGet(1);
    assertThat(find(ring, "a").orElseThrow().healthy()).isFalse();
    ring.put(instance("a", Instance.State.ACTIVE, 1));
    assertThat(find(ring, "a").orElseThrow().healthy()).isTrue();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static Gossip gossip(String name, int port, List<String> join, MemberlistTls tls) {
    return new Gossip(
        new MemberlistConfig(join, List.of(), port, "", 0, tls),
        name,
        "127.0.0.1",
        tls.tlsEnabled() ? GossipTlsTest.serverTls(tls) : null,
        Clock.system());
  }

  @Test
  void members_overSockets_hearOfEachOther() throws Exception {
    int first = freePort();
    int second = freePort();
    List<String> join = List.of("localhost:" + first, "127.0.0.1:" + second);
    try (Gossip one = gossip("one", first, join, MemberlistTls.DEFAULTS);
        Gossip two = gossip("two", second, join, MemberlistTls.DEFAULTS)) {
      GossipRing ofOne = one.ring("ring/", TIMEOUT);
      GossipRing ofTwo = two.ring("ring/", TIMEOUT);
      GossipRing others = two.ring("distributor/", TIMEOUT);
      one.start();
      ofOne.put(instance("a", Instance.State.ACTIVE, 7));
      two.start();
      ofTwo.put(instance("b", Instance.State.JOINING, 8));

      await(() -> find(ofOne, "b").isPresent() && find(ofTwo, "a").isPresent());
      assertThat(find(ofTwo, "a").orElseThrow().tokens()).containsExactly(7);
      ofOne.remove("a");
      await(() -> find(ofTwo, "a").isEmpty());
      assertThat(others.get().instances()).isEmpty();
    }
  }

  @Test
  void start_whoIsConfiguredIsNotTheCoordinator_joinsWithoutRetries() throws Exception {
    int coordinator = freePort();
    int seed = freePort();
    int third = freePort();
    List<String> toSeed = List.of("127.0.0.1:" + seed);
    try (Gossip one =
            gossip(
                "one", coordinator, List.of("127.0.0.1:" + coordinator), MemberlistTls.DEFAULTS);
        Gossip two =
            gossip("two", seed, List.of("127.0.0.1:" + coordinator), MemberlistTls.DEFAULTS);
        Gossip three = gossip("three", third, toSeed, MemberlistTls.DEFAULTS)) {
      one.start();
      two.start();
      long begin = System.nanoTime();
      three.start();

      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isLessThan(Gossip.JOIN_TIMEOUT.multipliedBy(3));
    }
  }

  @Test
  void members_withCertificates_hearOfEachOtherAndOfNobodyElse(@TempDir Path directory)
      throws Exception {
    GossipTlsTest.Authority authority = new GossipTlsTest.Authority(directory, "ca");
    MemberlistTls own = authority.member("member", "127.0.0.1");
    MemberlistTls foreign =
        new GossipTlsTest.Authority(directory, "another").member("foreign", "127.0.0.1");
    int first = freePort();
    int second = freePort();
    int third = freePort();
    List<String> join = List.of("127.0.0.1:" + first, "127.0.0.1:" + second);
    try (Gossip one = gossip("one", first, join, own);
        Gossip two = gossip("two", second, join, own)) {
      GossipRing ofOne = one.ring("ring/", TIMEOUT);
      GossipRing ofTwo = two.ring("ring/", TIMEOUT);
      one.start();
      ofOne.put(instance("a", Instance.State.ACTIVE, 7));
      two.start();
      await(() -> find(ofTwo, "a").isPresent());

      for (MemberlistTls stranger : List.of(MemberlistTls.DEFAULTS, foreign)) {
        try (Gossip other = gossip("other", third, join, stranger)) {
          GossipRing ofOther = other.ring("ring/", TIMEOUT);
          other.start(); // ends when nobody has let it in
          ofOther.put(instance("c", Instance.State.ACTIVE, 9));
          ofOne.put(instance("b", Instance.State.ACTIVE, 8));

          await(() -> find(ofTwo, "b").isPresent());
          assertThat(ofOther.get().instances()).extracting(Instance::id).containsExactly("c");
          assertThat(find(ofOne, "c")).isEmpty();
          ofOne.remove("b");
          await(() -> find(ofTwo, "b").isEmpty());
        }
      }
    }
  }
}

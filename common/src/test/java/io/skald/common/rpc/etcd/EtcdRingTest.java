package io.skald.common.rpc.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skald.common.ring.Instance;
import io.skald.common.ring.RingStore;
import io.skald.common.ring.RingStoreException;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcClientConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ring in a real etcd; skipped where none is installed. */
class EtcdRingTest {
  private static final long PATIENCE_SECONDS = 60;
  private static final Duration LEASE = Duration.ofSeconds(2);

  @TempDir Path directory;
  private final RpcChannels channels =
      new RpcChannels(
          new RpcClientConfig(1 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5)), null);
  private @Nullable Process etcd;
  private int port;

  @BeforeEach
  void start() throws Exception {
    port = freePort();
    assumeTrue(isInstalled(), "etcd is not installed (Debian: etcd-server): its tests are skipped");
    startEtcd();
  }

  private static boolean isInstalled() throws Exception {
    try {
      return new ProcessBuilder("etcd", "--version").redirectErrorStream(true).start().waitFor()
          == 0;
    } catch (IOException _) {
      System.out.println("etcd is not installed (Debian: etcd-server): its tests are skipped");
      return false;
    }
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void startEtcd() throws Exception {
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + freePort();
    etcd =
        new ProcessBuilder(
                "etcd",
                "--data-dir=" + directory,
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    channels.close();
    Process running = etcd;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  private EtcdRing ring(Duration lease) {
    EtcdRing ring =
        new EtcdRing(
            channels,
            List.of("127.0.0.1:" + port),
            Duration.ofSeconds(5),
            "collectors/ring/",
            lease);
    await(() -> {
      try {
        ring.start();
        return true;
      } catch (RingStoreException _) {
        return false;
      }
    });
    return ring;
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static Instance instance(String id, Instance.State state, Integer... tokens) {
    return new Instance(id, id + ":9095", "z", state, List.of(tokens), 1, true);
  }

  private static Optional<Instance> find(RingStore ring, String id) {
    return ring.get().instances().stream().filter(one -> one.id().equals(id)).findAny();
  }

  @Test
  void put_instance_isSeenByOthersWithAllOfIt() {
    try (EtcdRing one = ring(Duration.ofMinutes(1));
        EtcdRing other = ring(Duration.ofMinutes(1))) {
      Instance joining = instance("a", Instance.State.JOINING, 7, -9);
      one.put(joining);
      await(() -> find(other, "a").isPresent());

      assertThat(find(other, "a")).contains(joining);

      one.put(instance("a", Instance.State.ACTIVE, 7, -9));
      await(() -> find(other, "a").filter(Instance::takesWrites).isPresent());
    }
  }

  @Test
  void heartbeats_missing_makeItUnhealthyAndOthersMayRemoveIt() {
    try (EtcdRing dead = ring(LEASE);
        EtcdRing other = ring(LEASE)) {
      dead.put(instance("a", Instance.State.ACTIVE, 1));
      await(() -> find(other, "a").isPresent());

      other.remove("a");
      assertThat(find(other, "a")).as("it is alive").isPresent();

      await(() -> find(other, "a").filter(one -> !one.healthy()).isPresent());
      other.remove("a");
      assertThat(find(other, "a")).isEmpty();
    }
  }

  @Test
  void heartbeat_afterItsLeaseEnded_bringsItBack() {
    try (EtcdRing slow = ring(LEASE)) {
      Instance active = instance("a", Instance.State.ACTIVE, 1);
      slow.put(active);
      await(() -> find(slow, "a").filter(one -> !one.healthy()).isPresent());

      slow.put(active);

      assertThat(find(slow, "a").filter(Instance::healthy)).isPresent();
    }
  }

  @Test
  void remove_own_takesItOutEverywhere() {
    try (EtcdRing one = ring(Duration.ofMinutes(1));
        EtcdRing other = ring(Duration.ofMinutes(1))) {
      one.put(instance("a", Instance.State.ACTIVE, 1));
      await(() -> find(other, "a").isPresent());

      one.remove("a");

      await(() -> find(other, "a").isEmpty());
    }
  }

  @Test
  void etcd_restarts_isFollowedAgain() throws Exception {
    try (EtcdRing one = ring(Duration.ofMinutes(1));
        EtcdRing other = ring(Duration.ofMinutes(1))) {
      one.put(instance("a", Instance.State.ACTIVE, 1));
      await(() -> find(other, "a").isPresent());
      Objects.requireNonNull(etcd).destroyForcibly().waitFor();

      assertThatThrownBy(() -> one.put(instance("a", Instance.State.LEAVING, 1)))
          .isInstanceOf(RingStoreException.class)
          .hasMessageContaining("etcd at 127.0.0.1:" + port);
      assertThat(find(other, "a")).as("what is known stays").isPresent();

      startEtcd();
      await(() -> {
        try {
          one.put(instance("a", Instance.State.LEAVING, 1));
          return true;
        } catch (RingStoreException _) {
          return false;
        }
      });
      await(() -> find(other, "a").filter(it -> it.state() == Instance.State.LEAVING).isPresent());
    }
  }
}

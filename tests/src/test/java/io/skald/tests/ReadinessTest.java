package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When processes of a cluster say that they are ready. */
class ReadinessTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String SETTINGS =
      """
      auth_enabled: false
      server: {http_listen_address: 127.0.0.1, http_listen_port: 0, grpc_listen_address: 127.0.0.1, grpc_listen_port: 0}
      common:
        path_prefix: %1$s
        replication_factor: 1
        storage: {filesystem: {chunks_directory: %1$s/chunks}}
        ring: {instance_addr: 127.0.0.1, heartbeat_period: 1s, kvstore: {store: memberlist}}
      memberlist: {bind_addr: [127.0.0.1], join_members: ['127.0.0.1:%2$d']}
      """;

  private final int firstPort = SkaldProcess.freePort();

  @TempDir Path directory;

  private ServerProcess start(String role, int gossipPort) {
    Path home = directory.resolve(role);
    Map<String, String> keys =
        Map.of("target", role, "memberlist.bind_port", Integer.toString(gossipPort));
    SkaldConfig config =
        SkaldConfig.load("x.yaml", SETTINGS.formatted(home, firstPort), keys).config();
    ServerProcess process = new ServerProcess(config, Clock.system(), () -> {});
    process.start();
    return process;
  }

  @ParameterizedTest
  @ValueSource(strings = {"querier", "distributor", "ruler"})
  void ready_noIngesterYet_waitsForTheFirstOnce(String role) {
    try (ServerProcess process = start(role, firstPort)) {
      SkaldClient client = new SkaldClient(process.address());
      SkaldClient.Answer early = client.get("/ready");
      assertThat(early.status()).isEqualTo(503);
      assertThat(early.text())
          .isEqualTo("Not ready: no ingester was seen in the ring yet; see /ring\n");

      ServerProcess ingester = start("ingester", SkaldProcess.freePort());
      try (ingester) {
        Awaitility.await().atMost(PATIENCE).until(() -> client.get("/ready").status() == 200);
      }

      Awaitility.await().atMost(PATIENCE).until(() -> LoopbackCluster.activeIngesters(client) == 0);
      assertThat(client.get("/ready").status())
          .as("reads and writes tell what is missing")
          .isEqualTo(200);
    }
  }

  @Test
  void ready_compactor_needsNoIngester() {
    try (ServerProcess process = start("compactor", firstPort)) {
      assertThat(new SkaldClient(process.address()).get("/ready").status()).isEqualTo(200);
    }
  }
}

package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/**
 * Three ingesters, a distributor and queriers in this JVM, which find each other by gossip and call
 * each other over gRPC, as processes of their own would. One address leads to all, as the gateway
 * of an installation does.
 */
final class LoopbackCluster implements AutoCloseable {
  private static final int INGESTERS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Before the settings of a cluster: how its processes find each other and their objects. */
  private static final String COMMON =
      """
      server: {http_listen_address: 127.0.0.1, http_listen_port: 0, grpc_listen_address: 127.0.0.1, grpc_listen_port: 0}
      common:
        replication_factor: 3
        storage: {filesystem: {chunks_directory: %1$s/chunks}}
        ring: {instance_addr: 127.0.0.1, heartbeat_period: 1s, kvstore: {store: memberlist}}
      memberlist: {bind_addr: [127.0.0.1], join_members: ['127.0.0.1:%2$d']}
      """;

  private final Path directory;
  private final String settings;
  private final int firstGossipPort = SkaldProcess.freePort();
  private final List<ServerProcess> ingesters = new ArrayList<>();
  private final List<ServerProcess> queriers = new ArrayList<>();
  private final List<ServerProcess> others = new ArrayList<>();
  private final Relay gateway;

  /**
   * Starts all and waits until each knows the others.
   *
   * @param directory where they keep their data; what is there is taken up
   * @param settings YAML, without {@code server}, {@code common} and {@code memberlist}
   */
  LoopbackCluster(Path directory, String settings) {
    this(directory, settings, 1);
  }

  /** As the other one, with several queriers; the first one answers clients. */
  LoopbackCluster(Path directory, String settings, int queriers) {
    this.directory = directory;
    this.settings = COMMON.formatted(directory, firstGossipPort) + settings;
    try {
      for (int i = 1; i <= INGESTERS; i++) {
        ingesters.add(start("ingester", "ingester-" + i, i == 1 ? firstGossipPort : 0));
      }
      ServerProcess distributor = start("distributor", "distributor-1", 0);
      others.add(distributor);
      awaitIngesters(distributor);
      for (int i = 1; i <= queriers; i++) {
        ServerProcess querier = start("querier", "querier-" + i, 0);
        this.queriers.add(querier);
        awaitIngesters(querier);
      }
      ServerProcess first = this.queriers.getFirst();
      gateway =
          Relay.byPath(
              path -> URI.create((isPush(path) ? distributor : first).address()).getPort());
    } catch (RuntimeException | Error e) {
      stop();
      throw e;
    }
  }

  private static boolean isPush(String path) {
    return path.matches("/(loki/api/v1/push|api/prom/push|otlp/v1/logs)(\\?.*)?");
  }

  private ServerProcess start(String role, String id, int gossipPort) {
    return start(role, id, gossipPort, Map.of());
  }

  private ServerProcess start(
      String role, String id, int gossipPort, Map<String, String> moreKeys) {
    Map<String, String> keys = new HashMap<>(moreKeys);
    keys.put("target", role);
    keys.put("common.path_prefix", directory.resolve(id).toString());
    keys.put("common.ring.instance_id", id);
    keys.put(
        "memberlist.bind_port",
        Integer.toString(gossipPort == 0 ? SkaldProcess.freePort() : gossipPort));
    SkaldConfig config = SkaldConfig.load("cluster.yaml", settings, keys).config();
    ServerProcess process = new ServerProcess(config, Clock.system(), () -> {});
    process.start();
    return process;
  }

  private void awaitIngesters(ServerProcess process) {
    SkaldClient client = new SkaldClient(process.address());
    int expected = ingesters.size();
    Awaitility.await().atMost(PATIENCE).until(() -> activeIngesters(client) == expected);
  }

  /** Starts another ingester and waits until all know it. */
  void startIngester() {
    ingesters.add(start("ingester", "ingester-" + (ingesters.size() + 1), 0));
    others.forEach(this::awaitIngesters);
    queriers.forEach(this::awaitIngesters);
  }

  /** Has the ingester that came last leave, as an orchestrator would, and waits until it has. */
  void stopIngester() {
    ingesters.removeLast().close();
    others.forEach(this::awaitIngesters);
    queriers.forEach(this::awaitIngesters);
  }

  /** Returns how many healthy ingesters that take writes a process sees in its ring. */
  static int activeIngesters(SkaldClient process) {
    SkaldClient.Answer answer =
        process.send(
            HttpRequest.newBuilder(URI.create(process.address() + "/ring"))
                .header("Accept", "application/json"));
    int active = 0;
    for (JsonNode member : answer.json().get("shards")) {
      if (member.get("state").asString().equals("ACTIVE")
          && member.get("health").asString().equals("healthy")) {
        active++;
      }
    }
    return active;
  }

  /** Returns the URL that clients use for everything. */
  String address() {
    return "http://127.0.0.1:" + gateway.port();
  }

  /** Returns clients of the queriers. */
  List<SkaldClient> queriers() {
    return queriers.stream().map(querier -> new SkaldClient(querier.address())).toList();
  }

  /** Starts another querier with a setting of its own and returns its client. */
  SkaldClient startQuerier(String id, String key, String value) {
    ServerProcess querier = start("querier", id, 0, Map.of(key, value));
    others.add(querier);
    awaitIngesters(querier);
    return new SkaldClient(querier.address());
  }

  /** Ends a querier; those that are left are numbered anew. */
  void stopQuerier(int number) {
    queriers.remove(number).close();
  }

  /** Has all ingesters write what they hold to the object store. */
  void flush() {
    for (ServerProcess ingester : ingesters) {
      SkaldClient.Answer answer =
          new SkaldClient(ingester.address()).post("/flush", "text/plain", new byte[0]);
      assertThat(answer.status()).as(answer.text()).isEqualTo(204);
    }
  }

  private void stop() {
    queriers.forEach(ServerProcess::close);
    others.forEach(ServerProcess::close);
    ingesters.forEach(ServerProcess::close);
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    stop();
  }
}

package io.skald.tests;

import io.skald.server.Logging;
import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Roles of a cluster as real processes on loopback, whose calls of each other, of etcd and of the
 * object store go through a {@link Network}. The object store is in this JVM.
 */
final class ProcessCluster implements AutoCloseable {
  /** Rings in etcd, for the constructor. */
  static final String ETCD_RINGS =
      "{store: etcd, etcd: {endpoints: ['127.0.0.1:%d'], dial_timeout: 2s}}";

  static final String ETCD = "etcd";
  static final String STORE = "store";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Map<String, String> SMALL_HEAP = Map.of("SKALD_HEAP", "192m");

  private final Path directory;
  private final Path config;
  private final Network network = new Network();
  private final S3ProxyServer store = new S3ProxyServer();
  private final Map<String, Member> members = new ConcurrentHashMap<>();
  private final int etcdPort = SkaldProcess.freePort();

  /** A role of the cluster, whether it runs or not, and its ports. */
  private static final class Member {
    private final String name;
    private final List<String> command;
    private final int httpPort;
    private final SkaldClient client;
    private volatile @Nullable SkaldProcess process;

    /**
     * @param command etcd's as it is, of others what follows {@code skald}
     */
    Member(String name, int httpPort, List<String> command) {
      this.name = name;
      this.httpPort = httpPort;
      this.command = command;
      this.client = new SkaldClient("http://127.0.0.1:" + httpPort);
    }
  }

  /**
   * @param directory where all keep their data and logs
   * @param ring the kvstore of the rings, in flow style, with %d for etcd's port
   * @param settings YAML of further sections, and of {@code server} and {@code common} none
   * @param server further keys of the section {@code server}, in flow style
   */
  ProcessCluster(Path directory, String ring, String server, String settings) throws IOException {
    this.directory = directory;
    this.config = directory.resolve("cluster.yaml");
    Files.writeString(
        config,
        """
        auth_enabled: false
        server: {http_listen_address: 127.0.0.1, grpc_listen_address: 127.0.0.1, graceful_shutdown_timeout: 5s%s}
        common:
          replication_factor: 3
          ring:
            kvstore: %s
            instance_addr: 127.0.0.1
            heartbeat_period: 1s
            heartbeat_timeout: 5s
          storage:
            s3:
              endpoint: http://127.0.0.1:%d
              bucketnames: %s
              access_key_id: %s
              secret_access_key: %s
              s3forcepathstyle: true
        """
                .formatted(
                    server.isEmpty() ? "" : ", " + server,
                    ring.formatted(network.before(ETCD, etcdPort)),
                    network.before(STORE, store.port()),
                    S3ProxyServer.BUCKET,
                    S3ProxyServer.ACCESS_KEY,
                    S3ProxyServer.SECRET_KEY)
            + settings);
  }

  static {
    // The object store logs in this process.
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
  }

  Network network() {
    return network;
  }

  /** Starts etcd and waits until it answers. */
  void startEtcd() throws IOException {
    int peers = SkaldProcess.freePort();
    String client = "http://127.0.0.1:" + etcdPort;
    String peer = "http://127.0.0.1:" + peers;
    Path home = Files.createDirectories(directory.resolve(ETCD));
    Member member =
        members.computeIfAbsent(
            ETCD,
            _ ->
                new Member(
                    ETCD,
                    etcdPort,
                    List.of(
                        "etcd",
                        "--name",
                        "local",
                        "--data-dir",
                        home.resolve("data").toString(),
                        "--listen-client-urls",
                        client,
                        "--advertise-client-urls",
                        client,
                        "--listen-peer-urls",
                        peer,
                        "--initial-advertise-peer-urls",
                        peer,
                        "--initial-cluster",
                        "local=" + peer)));
    SkaldProcess started = SkaldProcess.launch(home, client, "/health", member.command, Map.of());
    member.process = started;
    started.awaitReady();
  }

  /**
   * Adds a role and starts it.
   *
   * @param name the role, a hyphen and a number
   * @param flags further ones
   */
  void add(String name, String... flags) {
    int grpcPort = SkaldProcess.freePort();
    int httpPort = SkaldProcess.freePort();
    List<String> arguments = new ArrayList<>();
    arguments.add("server");
    arguments.add("-config.file=" + config);
    arguments.add("-target=" + name.substring(0, name.indexOf('-')));
    arguments.add("-server.http-listen-port=" + httpPort);
    arguments.add("-server.grpc-listen-port=" + grpcPort);
    arguments.add("-common.path-prefix=" + directory.resolve(name).resolve("data"));
    arguments.add("-common.ring.instance-id=" + name);
    arguments.add("-common.ring.instance-port=" + network.before(name, grpcPort));
    arguments.addAll(List.of(flags));
    members.put(name, new Member(name, httpPort, arguments));
    start(name);
  }

  /**
   * Adds an agent and starts it.
   *
   * @param distributor that it pushes to
   * @param settings YAML of sections other than {@code server}, {@code positions} and {@code
   *     clients}
   */
  void addAgent(String name, String distributor, String settings) throws IOException {
    int port = SkaldProcess.freePort();
    int push = network.before(distributor, member(distributor).httpPort);
    Path home = Files.createDirectories(directory.resolve(name));
    Path file =
        Files.writeString(
            home.resolve("agent.yaml"),
            """
            server: {http_listen_address: 127.0.0.1, http_listen_port: %d}
            positions: {filename: '%s', sync_period: 1s}
            clients:
            - url: http://127.0.0.1:%d/loki/api/v1/push
              batchwait: 200ms
              backoff_config: {min_period: 100ms, max_period: 1s}
            """
                    .formatted(port, positionsOf(name), push)
                + settings);
    members.put(name, new Member(name, port, List.of("agent", "-config.file=" + file)));
    start(name);
  }

  /** Returns where an agent keeps what it has read. */
  Path positionsOf(String agent) {
    return directory.resolve(agent).resolve("positions.yaml");
  }

  /** Starts a role that was added before and has ended. */
  void start(String name) {
    start(name, Duration.ZERO);
  }

  /**
   * Likewise, with a clock that is wrong, which an agent cannot have. One that ends while it
   * starts, as it does without etcd or object store, is started again, as an orchestrator does.
   *
   * @param skew how much it is ahead
   */
  void start(String name, Duration skew) {
    if (name.equals(ETCD)) {
      try {
        startEtcd();
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    Member member = member(name);
    List<String> command = new ArrayList<>();
    if (skew.isZero()) {
      command.add(SkaldProcess.root().resolve("skald").toString());
      command.addAll(member.command);
    } else {
      command.addAll(SkewedServer.command(skew));
      command.addAll(member.command.subList(1, member.command.size()));
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      SkaldProcess started =
          SkaldProcess.launch(directory.resolve(name), member.httpPort, command, SMALL_HEAP);
      member.process = started;
      network.name(started.pid(), name);
      try {
        started.awaitReady();
        return;
      } catch (AssertionError e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private Member member(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw new IllegalArgumentException("there is no process " + name);
    }
    return member;
  }

  SkaldProcess process(String name) {
    return Objects.requireNonNull(member(name).process, name);
  }

  /** Returns the client of the HTTP port of a role, the same one each time. */
  SkaldClient client(String name) {
    return member(name).client;
  }

  /** Waits until a process knows so many ingesters that take writes. */
  void awaitIngesters(String name, int count) {
    SkaldClient client = client(name);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> LoopbackCluster.activeIngesters(client) == count);
  }

  /** Returns the ends of the logs of all, for a failure. */
  String logs() {
    StringBuilder all = new StringBuilder();
    for (Member member : members.values()) {
      SkaldProcess process = member.process;
      if (process != null) {
        String log = process.output();
        all.append("--- ")
            .append(member.name)
            .append('\n')
            .append(log.substring(Math.max(0, log.length() - 2000)))
            .append('\n');
      }
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    for (Member member : members.values()) {
      SkaldProcess process = member.process;
      if (process != null && process.isAlive()) {
        process.signal("CONT");
        process.kill();
      }
    }
    network.close();
    store.close();
  }
}

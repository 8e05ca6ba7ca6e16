package io.skald.agent;

import static org.awaitility.Awaitility.await;

import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.common.config.ConfigReader;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A whole agent with the job that a test describes; what it sends is kept. */
final class SourceAgent implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  final ReceivedEntries received = new ReceivedEntries();
  final List<String> tenants = new CopyOnWriteArrayList<>();
  volatile int status = 204;
  private final Path directory;
  private final String job;
  private final String batchWait;
  private final String blocks;
  Agent agent;

  /**
   * @param job the keys of one element of {@code scrape_configs}, as YAML in one line
   */
  SourceAgent(Path directory, String job) throws IOException {
    this(directory, job, "100ms");
  }

  SourceAgent(Path directory, String job, String batchWait) throws IOException {
    this(directory, job, batchWait, "");
  }

  /**
   * @param blocks more blocks of the file
   */
  SourceAgent(Path directory, String job, String batchWait, String blocks) throws IOException {
    this.blocks = blocks;
    this.directory = directory;
    this.job = job;
    this.batchWait = batchWait;
    this.agent = start();
  }

  private Agent start() throws IOException {
    String yaml =
        "clients: [{url: 'http://localhost/push', batchwait: "
            + batchWait
            + ", backoff_config: {min_period: 50ms, max_period: 50ms}}]\n"
            + "positions: {filename: '"
            + directory.resolve("positions.yaml")
            + "', sync_period: 200ms}\n"
            + "scrape_configs: [{"
            + job
            + "}]\n"
            + blocks
            + "\n";
    AgentConfig config =
        new ConfigReader("promtail.yaml", Set.of()).read(yaml, AgentConfig.defaults(), Map.of());
    Agent started =
        new Agent(config, Clock.system(), _ -> new Transport(), SendListener.NONE, new Random(1));
    started.start();
    return started;
  }

  private final class Transport implements PushTransport {
    @Override
    public PushResponse push(String tenant, BatchKey key, byte[] body) {
      if (status == 204) {
        tenants.add(tenant);
        received.store(body);
      }
      return new PushResponse(status, "", 0);
    }

    @Override
    public void close() {}
  }

  void restart() throws IOException {
    agent.close();
    agent = start();
  }

  void awaitCount(int count) {
    await().atMost(PATIENCE).until(() -> received.count() == count);
  }

  @Override
  public void close() throws IOException {
    agent.close();
  }

  /** Returns a port that was free a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}

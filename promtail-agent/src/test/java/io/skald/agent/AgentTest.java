package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.skald.agent.push.SendListener;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent with its threads, over HTTP. */
class AgentTest {
  @TempDir Path directory;

  private final ReceivedEntries received = new ReceivedEntries();
  private final List<String> headers = new ArrayList<>();
  private volatile int status = 204;
  private HttpServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext(
        "/push",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          headers.add(
              exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + exchange.getRequestHeaders().getFirst("User-Agent")
                  + " "
                  + exchange.getRequestHeaders().getFirst("X-Scope-OrgID"));
          if (status == 204) {
            received.store(body);
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void startAndDrain_linesArriveOnceOverRestarts() throws Exception {
    Path file = directory.resolve("a.log");
    Files.writeString(file, "one\r\ntwo\n");
    try (Agent agent = agent("")) {
      agent.start();
      await(() -> received.count() == 2);
      Path later = directory.resolve("b.log");
      Files.writeString(later, "new file\n");
      await(() -> received.count() == 3);
      assertThat(received.linesOf(later.toString())).containsExactly("new file");
    }
    Files.writeString(file, "three\n", StandardOpenOption.APPEND);
    try (Agent agent = agent("")) {
      agent.start();
      await(() -> received.count() == 4);
      await(() -> agent.status().clients().getFirst().entriesSent() == 1);
    }

    assertThat(received.linesOf(file.toString())).containsExactly("one\r", "two", "three");
    assertThat(received.duplicates()).isZero();
    assertThat(headers).allMatch(h -> h.equals("application/x-protobuf skald/test null"));
  }

  @Test
  void tenant_isSentAsHeader() throws Exception {
    Files.writeString(directory.resolve("a.log"), "one\n");
    try (Agent agent = agent("blue")) {
      agent.start();
      await(() -> received.count() == 1);
    }

    assertThat(headers).containsOnly("application/x-protobuf skald/test blue");
  }

  @Test
  void drain_serverDown_keepsTheBatchForTheNextStart() throws Exception {
    status = 503;
    Path file = directory.resolve("a.log");
    Files.writeString(file, "one\ntwo\n");
    Agent agent = agent("");
    agent.start();
    await(() -> agent.status().clients().getFirst().retries() > 0);
    agent.drain(Duration.ofMillis(200));
    assertThat(received.count()).isZero();
    Files.delete(file);

    status = 204;
    try (Agent again = agent("")) {
      again.start();
      await(() -> received.count() == 2);
    }
    assertThat(received.linesOf(file.toString())).containsExactly("one", "two");
  }

  @Test
  void drain_sendsWhatTheOpenBatchHolds() throws Exception {
    Files.writeString(directory.resolve("a.log"), "one\ntwo\n");
    Agent agent = agent("");
    agent.start();
    await(() -> agent.status().clients().getFirst().linesRead() == 2);
    agent.drain(Duration.ofSeconds(20));

    assertThat(received.count()).isEqualTo(2);
  }

  @Test
  void start_secondAgentOnTheSamePositions_refuses() throws Exception {
    try (Agent agent = agent("")) {
      agent.start();
      try (Agent second = agent("")) {
        assertThatThrownBy(second::start)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("another agent uses the positions file");
      }
    }
  }

  @Test
  void start_damagedPositions_refusesAndNamesTheKey() throws Exception {
    Files.createDirectories(directory.resolve("state"));
    Files.write(directory.resolve("state/positions.yaml"), "[".getBytes(StandardCharsets.UTF_8));
    try (Agent agent = agent("")) {
      assertThatThrownBy(agent::start).hasMessageContaining("positions.ignore_invalid_yaml");
    }
  }

  @Test
  void twoClients_oneDead_theOtherGetsEverything() throws Exception {
    Files.writeString(directory.resolve("a.log"), "one\ntwo\n");
    AgentConfig config =
        config("").withClient(AgentConfig.Client.defaults().withUrl("http://127.0.0.1:1/push"));
    Agent agent = agent(config);
    agent.start();
    await(() -> received.count() == 2);
    Files.writeString(directory.resolve("a.log"), "three\n", StandardOpenOption.APPEND);
    await(() -> received.count() == 3);
    agent.drain(Duration.ofMillis(100));

    assertThat(Files.readString(directory.resolve("state/positions.yaml")))
        .contains("a.log: \"0\"");
  }

  private Agent agent(String tenant) {
    return agent(config(tenant));
  }

  private static Agent agent(AgentConfig config) {
    return new Agent(
        config,
        Clock.system(),
        Agent.http("skald/test", Clock.system()),
        SendListener.NONE,
        new Random(5));
  }

  private AgentConfig config(String tenant) {
    return AgentConfig.defaults()
        .withPositionsFile(directory.resolve("state/positions.yaml"))
        .withScrapeConfig("test", Map.of("job", "test", "__path__", directory + "/*.log"))
        .withClient(
            AgentConfig.Client.defaults()
                .withUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/push")
                .withTenantId(tenant));
  }

  /** Waits for what another thread does; fails after 20 s. */
  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      Thread.sleep(10);
    }
  }
}

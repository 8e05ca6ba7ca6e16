package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.agent.tail.TailConfig;
import io.skald.common.config.ConfigNode.Mapping;
import io.skald.common.config.EnvironmentExpansion;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The conformance table of the agent's contract, each row by its number: those about stages are the
 * numbered cases of stage-cases.yaml, the others are told here. Where the contract marks what is
 * ours, that is what must hold.
 */
class ConformanceTableTest {
  private static final int ROWS = 94;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration A_WHILE = Duration.ofSeconds(15);

  @TempDir Path directory;

  private final TreeMap<Integer, List<Row>> rows = new TreeMap<>();
  private Path rowDirectory = Path.of("");

  /** One check of a row; a row may have several. */
  private interface Row {
    void check() throws Exception;
  }

  @Test
  void table_everyRow_holds() throws Exception {
    addStages();
    addLines();
    addLabels();
    addFiles();
    addServers();
    addSources();
    Set<Integer> held = new TreeSet<>();
    TreeMap<Integer, Throwable> failed = new TreeMap<>();
    for (Map.Entry<Integer, List<Row>> row : rows.entrySet()) {
      try {
        for (Row check : row.getValue()) {
          rowDirectory = Files.createTempDirectory(directory, "row-" + row.getKey() + "-");
          check.check();
        }
        held.add(row.getKey());
      } catch (Exception | AssertionError e) {
        failed.put(row.getKey(), e);
      }
    }
    System.out.println("conformance table: " + held.size() + " rows hold: " + held);
    failed.forEach((row, why) -> System.out.println("row " + row + " does not: " + why));

    assertThat(failed).isEmpty();
    assertThat(held).hasSize(ROWS);
  }

  private void row(int number, Row check) {
    rows.computeIfAbsent(number, _ -> new ArrayList<>()).add(check);
  }

  private void addStages() throws IOException {
    StageCases.all()
        .forEach((name, cases) -> {
          if (StageCases.isNumbered(name)) {
            for (Mapping one : cases) {
              row(Integer.parseInt(name), () -> StageCases.check(one));
            }
          }
        });
  }

  // ---- lines, tenants, flags

  private void addLines() {
    row(
        1,
        () -> {
          byte[] input = "a\n\nb".getBytes(StandardCharsets.UTF_8);
          try (Running agent = new Running(yaml(STATIC_JOB), input)) {
            agent.agent.awaitInput();
            assertThat(agent.received.lines("{job=\"t\"}")).containsExactly("a", "b");
          }
        });
    row(
        67,
        () -> {
          write("a.log", "{\"t\":7}\n{}\n");
          String job =
              "{job_name: j, static_configs: [{labels: {__path__: '%s/*.log'}}], pipeline_stages: [{json: {expressions: {t: }}}, {tenant: {source: t}}]}"
                  .formatted(logs());
          try (Running agent = new Running(yaml(job, "tenant_id: d"), null)) {
            agent.awaitCount(2);
            assertThat(agent.tenants).containsExactlyInAnyOrder("7", "d");
          }
        });
    row(
        76,
        () -> {
          AgentConfig config =
              AgentConfigFile.load(
                      "row.yaml",
                      yaml(STATIC_JOB, "external_labels: {env: p}"),
                      Map.of(
                          "client.url",
                          "http://localhost/other",
                          "client.external-labels",
                          "env=cli,z=1"))
                  .config();
          assertThat(config.clients().getFirst().externalLabels())
              .isEqualTo(Map.of("env", "p", "z", "1"));
        });
    row(
        94,
        () -> {
          Map<String, String> environment = Map.of("FOO", "bar");
          assertThat(EnvironmentExpansion.expand("\"${NOPE:-d}x${FOO^^}\" $1 $$2", environment))
              .isEqualTo("\"dxBAR\" $1 $2");
        });
  }

  // ---- labels

  private void addLabels() {
    row(
        78,
        () ->
            assertThat(relabelled("{source_labels: [nope], target_label: b}", Map.of("b", "x")))
                .hasValueSatisfying(labels -> assertThat(labels).doesNotContainKey("b")));
    row(
        79,
        () ->
            assertThat(
                    relabelled(
                        "{source_labels: [a], replacement: $1x, target_label: c}",
                        Map.of("a", "1")))
                .hasValue(new TreeMap<>(Map.of("a", "1"))));
    row(
        80,
        () ->
            assertThat(
                    relabelled(
                        "{source_labels: [a, b], separator: /, regex: '(.)/(.)', replacement:"
                            + " '${2}-$1', target_label: c}",
                        Map.of("a", "1", "b", "2")))
                .hasValueSatisfying(labels -> assertThat(labels).containsEntry("c", "2-1")));
    row(
        81,
        () ->
            assertThat(
                    relabelled(
                        "{action: keep, source_labels: [a], regex: foo}", Map.of("a", "foobar")))
                .isEmpty());
    row(
        82,
        () -> {
          FoundTargets found = new FoundTargets();
          TargetSets targets =
              new TargetSets(
                  relabelling("{action: labelkeep, regex: k}", "{__path__: /a, k: '1'}"),
                  Map.of(),
                  "host",
                  new ManualClock(),
                  Inputs.none(),
                  found);
          assertThat(targets.current()).isEmpty();
          assertThat(found.failed.counts()).isEqualTo(Map.of("no_path", 1L));
        });
    row(
        83,
        () -> {
          try (LaneHarness agent = lane(Map.of("filename", "zzz"), "*.log", "")) {
            Path file = write("a.log", "x\n");
            agent.run(A_WHILE);
            assertThat(agent.server.streams())
                .containsExactly("{filename=\"" + file + "\", job=\"t\"}");
          }
        });
  }

  // ---- files

  private void addFiles() {
    row(2, () -> unterminated(false));
    row(3, () -> unterminated(true));
    row(
        84,
        () -> {
          try (LaneHarness agent = lane(Map.of(), "*.log*", "")) {
            Path file = write("a.log", "one\n");
            agent.run(A_WHILE);
            Files.move(file, logs().resolve("a.log.1"));
            agent.run(A_WHILE);
            agent.run(A_WHILE);
            assertThat(agent.server.linesOfAllGenerations(file.toString())).containsExactly("one");
            assertThat(agent.server.count()).isEqualTo(1);
          }
        });
    row(
        85,
        () -> {
          Path file = write("a.log", "ab\ncd\n");
          positions("positions:\n  " + file + ": \"100\"\n");
          try (LaneHarness agent = lane(Map.of(), "*.log", "")) {
            agent.run(A_WHILE);
            assertThat(agent.server.linesOf(file.toString())).containsExactly("ab", "cd");
          }
        });
    row(
        86,
        () -> {
          positions("[");
          assertThatThrownBy(() -> new Running(yaml(fileJob()), null))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("positions.yaml");
          Path file = write("a.log", "ab\ncd\n");
          String ignoring =
              yaml(fileJob()).replace("positions: {", "positions: {ignore_invalid_yaml: true, ");
          try (Running agent = new Running(ignoring, null)) {
            agent.awaitCount(2);
            assertThat(agent.received.linesOf(file.toString())).containsExactly("ab", "cd");
          }
        });
    row(
        90,
        () -> {
          try (LaneHarness agent = lane(Map.of(), "*.log", "utf-16le")) {
            Path file = logs().resolve("a.log");
            Files.write(file, "h\u00e9llo\nw\u00f6rld\n".getBytes(StandardCharsets.UTF_16LE));
            agent.run(A_WHILE);
            assertThat(agent.server.linesOf(file.toString()))
                .containsExactly(utf8("h\u00e9llo"), utf8("w\u00f6rld"));
          }
        });
  }

  private void unterminated(boolean completed) throws IOException {
    try (LaneHarness agent = lane(Map.of(), "*.log", "")) {
      Path file = write("a.log", "one\r\n\ntwo\npart");
      agent.run(A_WHILE);
      agent.stop();
      assertThat(Files.readString(agent.positions())).contains(file + ": \"10\"");
      assertThat(agent.server.linesOf(file.toString())).containsExactly("one\r", "", "two");
      if (completed) {
        agent.restart();
        write("a.log", "ial\n");
        agent.run(A_WHILE);
        assertThat(agent.server.linesOf(file.toString()))
            .containsExactly("one\r", "", "two", "partial");
      }
    }
  }

  // ---- servers that fail

  private void addServers() {
    row(87, () -> refusals(500, 4));
    row(87, () -> refusals(400, 1));
    row(87, () -> refusals(404, 1));
    row(
        88,
        () -> {
          Broken server = new Broken();
          try (LaneHarness agent = lane(server, "*.log")) {
            Path file = write("a.log", "one\ntwo\n");
            agent.run(A_WHILE);
            assertThat(server.requests).isPositive();
            agent.kill();
            server.status = 204;
            agent.restart();
            agent.run(A_WHILE);
            assertThat(server.received.linesOf(file.toString())).containsExactly("one", "two");
            assertThat(server.received.duplicates()).isZero();
          }
        });
    row(
        89,
        () -> {
          Broken server = new Broken();
          try (LaneHarness agent = lane(server, "*.log")) {
            agent.restartWith(new BufferConfig(0, Duration.ZERO, BufferConfig.Overflow.BLOCK));
            List<String> lines = randomLines(3000);
            Path file = write("a.log", String.join("\n", lines) + "\n");
            agent.run(A_WHILE);
            for (int generation = 2; generation <= 3; generation++) {
              if (generation == 3) {
                Files.move(logs().resolve("a.log.1"), logs().resolve("a.log.2"));
              }
              Files.move(file, logs().resolve("a.log.1"));
              String line = "generation " + generation;
              write("a.log", line + "\n");
              lines.add(line);
              agent.run(Duration.ofSeconds(2));
            }
            assertThat(server.received.count()).isZero();
            server.status = 204;
            agent.run(Duration.ofMinutes(6)); // the pause before the next attempt grows to minutes
            assertThat(server.received.linesOf(file.toString()))
                .containsExactlyInAnyOrderElementsOf(lines);
          }
        });
  }

  private void refusals(int status, int expected) throws Exception {
    String client = "backoff_config: {min_period: 1ms, max_period: 1ms, max_retries: 4}";
    try (Running agent = new Running(yaml(fileJob(), client), null, status)) {
      write("a.log", "one\n");
      await()
          .atMost(PATIENCE)
          .until(() -> agent.agent.status().clients().getFirst().entriesDropped() == 1);
      assertThat(agent.requests.size()).isEqualTo(expected);
      agent.status = 204;
      write("a.log", "two\n");
      agent.awaitCount(1);
      assertThat(agent.requests.size()).isEqualTo(expected + 1);
    }
  }

  // ---- other sources

  private void addSources() {
    row(
        91,
        () -> {
          int port = SourceAgent.freePort();
          String rules =
              "{source_labels: [__syslog_message_sd_ex_32473_k], target_label: k},"
                  + " {source_labels: [__syslog_message_severity], target_label: severity},"
                  + " {source_labels: [__syslog_message_facility], target_label: facility}";
          try (Running agent = new Running(yaml(syslog(port, rules)), null)) {
            send(port, "<165>1 2024-05-01T10:00:00Z h app - - [ex@32473 k=\"v\"] hi");
            agent.awaitCount(1);
            assertThat(
                    agent.received.lines(
                        "{facility=\"local4\", job=\"t\", k=\"v\", severity=\"notice\"}"))
                .containsExactly("hi");
          }
        });
    row(
        92,
        () -> {
          int port = SourceAgent.freePort();
          String rules = "{action: drop, source_labels: [__syslog_message_app_name], regex: noise}";
          try (Running agent = new Running(yaml(syslog(port, rules)), null)) {
            send(port, "<165>1 2024-05-01T10:00:00Z h noise - - - dropped");
            send(port, "<165>1 2024-05-01T10:00:00Z h app - - - kept");
            agent.awaitCount(1);
            agent.agent.drain(A_WHILE);
            assertThat(agent.received.streams()).containsExactly("{job=\"t\"}");
            assertThat(agent.received.lines("{job=\"t\"}")).containsExactly("kept");
          }
        });
    row(
        93,
        () -> {
          int port = SourceAgent.freePort();
          String job =
              "{job_name: p, loki_push_api: {server: {http_listen_address: 127.0.0.1, http_listen_port: %d}}, relabel_configs: [{action: drop, source_labels: [app], regex: noise}]}"
                  .formatted(port);
          String body =
              "{\"streams\":[{\"stream\":{\"app\":\"noise\"},\"values\":[[\"1\",\"a\"]]},"
                  + "{\"stream\":{\"app\":\"web\"},\"values\":[[\"2\",\"b\"]]}]}";
          try (Running agent = new Running(yaml(job), null);
              HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + port + "/loki/api/v1/push");
            HttpRequest push =
                HttpRequest.newBuilder(uri)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            assertThat(client.send(push, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(204);
            agent.awaitCount(1);
            assertThat(agent.received.lines("{app=\"web\"}")).containsExactly("b");
          }
        });
  }

  private static String syslog(int port, String rules) {
    return "{job_name: s, syslog: {listen_address: '127.0.0.1:%d', listen_protocol: udp, label_structured_data: true, labels: {job: t}}, relabel_configs: [%s]}"
        .formatted(port, rules);
  }

  private static void send(int port, String message) throws IOException {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
    }
  }

  // ---- what rows are made of

  private static final String STATIC_JOB =
      "{job_name: j, static_configs: [{labels: {job: t, __path__: /nowhere}}]}";

  private String fileJob() throws IOException {
    return "{job_name: j, static_configs: [{labels: {job: t, __path__: '%s/*.log'}}]}"
        .formatted(logs());
  }

  private String yaml(String job) {
    return yaml(job, "timeout: 10s");
  }

  private String yaml(String job, String clientKeys) {
    return """
    clients: [{url: 'http://localhost/push', batchwait: 50ms, %s}]
    positions: {filename: '%s/state/positions.yaml'}
    scrape_configs: [%s]
    """
        .formatted(clientKeys, rowDirectory, job);
  }

  private Path logs() throws IOException {
    return Files.createDirectories(rowDirectory.resolve("logs")).toRealPath();
  }

  private Path write(String name, String text) throws IOException {
    Path file = logs().resolve(name);
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return file;
  }

  private void positions(String text) throws IOException {
    Path state = Files.createDirectories(rowDirectory.resolve("state"));
    Files.writeString(state.resolve("positions.yaml"), text);
  }

  private static AgentConfig relabelling(String rules, String labels) {
    String yaml =
        """
        clients: [{url: 'http://localhost/push'}]
        scrape_configs: [{job_name: j, static_configs: [{labels: %s}], relabel_configs: [%s]}]
        """
            .formatted(labels, rules);
    return AgentConfigFile.load("row.yaml", yaml, Map.of()).config();
  }

  private static Optional<SortedMap<String, String>> relabelled(
      String rules, Map<String, String> labels) {
    AgentConfig config = relabelling(rules, "{__path__: /a}");
    return TargetSets.rules(config.scrapeConfigs().getFirst()).apply(labels);
  }

  /** A lane over the row's logs whose server takes everything. */
  private LaneHarness lane(Map<String, String> labels, String glob, String encoding)
      throws IOException {
    Map<String, String> all = new TreeMap<>(labels);
    all.put("job", "t");
    all.put("__path__", logs().resolve(glob).toString());
    AgentConfig.ScrapeConfig job =
        AgentConfig.ScrapeConfig.defaults()
            .withName("job")
            .withFormat(new FileFormat(encoding, DecompressionConfig.defaults()))
            .withStaticConfig(new AgentConfig.StaticConfig(List.of(), all));
    return new LaneHarness(rowDirectory, LaneHarness.patient(), 1 << 20, new Random(1), job);
  }

  private LaneHarness lane(Broken server, String glob) throws IOException {
    return new LaneHarness(
        rowDirectory, glob, TailConfig.defaults(), 10_000, new Random(1), server);
  }

  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static List<String> randomLines(int count) {
    Random random = new Random(3);
    List<String> lines = new ArrayList<>();
    byte[] bytes = new byte[100];
    for (int i = 0; i < count; i++) {
      random.nextBytes(bytes);
      lines.add(i + " " + HexFormat.of().formatHex(bytes));
    }
    return lines;
  }

  /** A server that answers as it is told, at first 500. */
  private static final class Broken implements PushTransport {
    final ReceivedEntries received = new ReceivedEntries();
    int status = 500;
    int requests;

    @Override
    public PushResponse push(String tenant, BatchKey key, byte[] body) {
      requests++;
      if (status == 204) {
        received.store(body);
      }
      return PushResponse.of(status);
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  /** A whole agent; what it sends is kept. */
  private static final class Running implements AutoCloseable {
    final ReceivedEntries received = new ReceivedEntries();
    final List<String> tenants = new CopyOnWriteArrayList<>();
    final List<Integer> requests = new CopyOnWriteArrayList<>();
    final Agent agent;
    volatile int status;

    Running(String yaml, byte @Nullable [] input) throws IOException {
      this(yaml, input, 204);
    }

    Running(String yaml, byte @Nullable [] input, int status) throws IOException {
      this.status = status;
      this.agent =
          new Agent(
              AgentConfigFile.load("row.yaml", yaml, Map.of()).config(),
              Clock.system(),
              _ -> new Transport(),
              SendListener.NONE,
              new Random(1),
              new AgentOptions(
                  StageMetrics.NONE,
                  input == null ? null : new ByteArrayInputStream(input),
                  null,
                  null));
      agent.start();
    }

    private final class Transport implements PushTransport {
      @Override
      public PushResponse push(String tenant, BatchKey key, byte[] body) {
        int answer = status;
        requests.add(answer);
        if (answer == 204) {
          tenants.add(tenant);
          received.store(body);
        }
        return PushResponse.of(answer);
      }

      @Override
      public void close() {
        // nothing is open
      }
    }

    void awaitCount(int count) {
      await().atMost(PATIENCE).until(() -> received.count() == count);
    }

    @Override
    public void close() throws IOException {
      agent.close();
    }
  }
}

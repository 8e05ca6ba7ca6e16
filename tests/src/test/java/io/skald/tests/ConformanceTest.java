package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of three real servers compared with answers recorded from a real Loki. */
class ConformanceTest {
  private static final Path DATA = Path.of("src/test/resources/conformance").toAbsolutePath();

  /** A row of the runner's table: group, passed, total, skipped. */
  private static final Pattern ROW =
      Pattern.compile("^\\s*([a-z][a-z-]+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+).*$", Pattern.MULTILINE);

  /** Groups that are wholly answered; a case that fails in one of them is a regression. */
  private static final List<String> COMPLETE =
      List.of(
          "selectors",
          "line-filters",
          "json",
          "logfmt",
          "regexp",
          "pattern",
          "unpack",
          "label-filters",
          "labels-api",
          "series",
          "line-format",
          "label-format",
          "drop-keep",
          "decolorize",
          "metadata",
          "categorize",
          "pipeline-errors",
          "range-agg",
          "vector-agg",
          "binary-ops",
          "label-replace",
          "range-params",
          "instant",
          "format-query",
          "errors",
          "bad-params",
          "stats",
          "volume",
          "detected",
          "discovery",
          "auth",
          "legacy",
          "otlp",
          "patterns");

  @Test
  void recordedAnswers_fromMemory_completeGroupsAllEqual(@TempDir Path directory) throws Exception {
    assumePython();
    try (Servers servers = new Servers(directory)) {
      assertComplete(servers.run("--push"));
    }
  }

  @Test
  void recordedAnswers_afterFlush_completeGroupsAllEqual(@TempDir Path directory) throws Exception {
    assumePython();
    try (Servers servers = new Servers(directory)) {
      assertComplete(servers.run("--push", "--flush"));
    }
  }

  @Test
  void recordedAnswers_afterFlushAndRestart_completeGroupsAllEqual(@TempDir Path directory)
      throws Exception {
    assumePython();
    try (Servers servers = new Servers(directory)) {
      // One small group: the groups that push would show their entries to the run that counts.
      servers.run("--push", "--flush", "--group", "patterns");
      servers.stop();
    }
    try (Servers servers = new Servers(directory)) {
      assertComplete(servers.run("--flushed", "--restarted"));
    }
  }

  static void assumePython() throws InterruptedException {
    assumeTrue(hasPython(), "skipped: python3 is not installed (Debian: apt-get install python3)");
  }

  /** Checks the runner's table: nothing fails in a group that is wholly answered. */
  static void assertComplete(String output) {
    System.out.println(output);
    Map<String, Integer> failed = new TreeMap<>();
    Matcher row = ROW.matcher(output);
    int groups = 0;
    while (row.find()) {
      groups++;
      int missing = Integer.parseInt(row.group(3)) - Integer.parseInt(row.group(2));
      if (missing > 0) {
        failed.put(row.group(1), missing);
      }
    }
    assertThat(groups).as(output).isGreaterThan(30);
    failed.keySet().retainAll(COMPLETE);
    assertThat(failed).as("failing cases by group").isEmpty();
  }

  /** The three servers of the recording, below one folder; started again they find their data. */
  private static final class Servers implements AutoCloseable {
    private final Path directory;
    private final List<SkaldProcess> all = new ArrayList<>();

    Servers(Path directory) throws IOException {
      this.directory = directory;
      try {
        all.add(server(directory, "main", MAIN));
        all.add(server(directory, "auth", AUTH));
        all.add(server(directory, "discovery", DISCOVERY));
      } catch (IOException | RuntimeException | Error e) {
        close();
        throw e;
      }
    }

    /** Runs the cases; returns what the runner printed. */
    String run(String... arguments) throws Exception {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "--base",
                  all.get(0).address(),
                  "--auth-base",
                  all.get(1).address(),
                  "--discovery-base",
                  all.get(2).address()));
      command.addAll(List.of(arguments));
      return ConformanceTest.run(directory, command);
    }

    void stop() {
      all.forEach(SkaldProcess::stop);
    }

    @Override
    public void close() {
      all.forEach(SkaldProcess::close);
    }
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs the cases; returns what the runner printed. */
  static String run(Path directory, List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add(DATA.resolve("run_conformance.py").toString());
    command.addAll(arguments);
    Path output = directory.resolve("conformance.txt");
    new ProcessBuilder(command)
        .directory(DATA.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start()
        .waitFor();
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  private static SkaldProcess server(Path directory, String name, String yaml) throws IOException {
    Path home = Files.createDirectories(directory.resolve(name));
    int port = SkaldProcess.freePort();
    Path config = home.resolve("skald.yaml");
    Files.writeString(config, String.format(COMMON, port) + READ_FROM_MEMORY + yaml);
    return SkaldProcess.start(home, port, List.of("server", "-config.file=" + config));
  }

  private static final String COMMON =
      """
      server: {http_listen_address: 127.0.0.1, http_listen_port: %d, grpc_listen_address: 127.0.0.1, grpc_listen_port: 9095}
      common:
        instance_addr: 127.0.0.1
        path_prefix: ./data
        storage: {filesystem: {chunks_directory: ./data/chunks, rules_directory: ./data/rules}}
        replication_factor: 1
        ring: {kvstore: {store: inmemory}}
      schema_config: {configs: [{from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]}
      analytics: {reporting_enabled: false}
      """;

  /** Has Loki answer for old entries from memory, as recorded; changes no answer of Skald. */
  static final String READ_FROM_MEMORY =
      """
      ingester: {flush_check_period: 24h, query_store_max_look_back_period: -1}
      query_range: {cache_index_stats_results: false, cache_volume_results: false, cache_series_results: false, cache_label_results: false}
      """;

  static final String MAIN =
      """
      auth_enabled: false
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {discover_service_name: [], discover_log_levels: false, reject_old_samples: false}
      pattern_ingester: {enabled: false, retain_for: 87600h, flush_check_period: 24h}
      """;

  static final String AUTH =
      """
      auth_enabled: true
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {discover_service_name: [], discover_log_levels: false, reject_old_samples: true, reject_old_samples_max_age: 26280h}
      pattern_ingester: {enabled: false, retain_for: 87600h, flush_check_period: 24h}
      """;

  static final String DISCOVERY =
      """
      auth_enabled: false
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {reject_old_samples: false, shard_aggregations: [approx_topk]}
      frontend: {encoding: protobuf}
      pattern_ingester: {enabled: true, retain_for: 87600h, flush_check_period: 24h}
      """;
}

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
          "otlp");

  @Test
  void recordedAnswers_completeGroups_allEqual(@TempDir Path directory) throws Exception {
    assumeTrue(hasPython(), "skipped: python3 is not installed (Debian: apt-get install python3)");
    try (SkaldProcess main = server(directory, "main", MAIN);
        SkaldProcess auth = server(directory, "auth", AUTH);
        SkaldProcess discovery = server(directory, "discovery", DISCOVERY)) {
      String output =
          run(
              directory,
              "--base",
              main.address(),
              "--auth-base",
              auth.address(),
              "--discovery-base",
              discovery.address(),
              "--push");
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
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String run(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add("python3");
    command.add(DATA.resolve("run_conformance.py").toString());
    command.addAll(List.of(arguments));
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
    Files.writeString(config, String.format(COMMON, port) + yaml);
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
      ingester: {flush_check_period: 24h, query_store_max_look_back_period: -1}
      query_range: {cache_index_stats_results: false, cache_volume_results: false, cache_series_results: false, cache_label_results: false}
      analytics: {reporting_enabled: false}
      """;

  private static final String MAIN =
      """
      auth_enabled: false
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {discover_service_name: [], discover_log_levels: false, reject_old_samples: false}
      pattern_ingester: {enabled: false, retain_for: 87600h, flush_check_period: 24h}
      """;

  private static final String AUTH =
      """
      auth_enabled: true
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {discover_service_name: [], discover_log_levels: false, reject_old_samples: true, reject_old_samples_max_age: 26280h}
      pattern_ingester: {enabled: false, retain_for: 87600h, flush_check_period: 24h}
      """;

  private static final String DISCOVERY =
      """
      auth_enabled: false
      querier: {query_ingesters_within: 0, multi_tenant_queries_enabled: true}
      limits_config: {reject_old_samples: false, shard_aggregations: [approx_topk]}
      frontend: {encoding: protobuf}
      pattern_ingester: {enabled: true, retain_for: 87600h, flush_check_period: 24h}
      """;
}

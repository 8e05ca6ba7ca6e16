package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.AgentConfigFile;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as a container runtime writes them: through the stages of the agent into a real server. */
class ContainerLogsTest {
  private static final long DEADLINE_NANOS = 60_000_000_000L;

  @TempDir Path directory;

  @Test
  void containerFiles_throughStages_areFoundByTheirLabels() throws Exception {
    int port = SkaldProcess.freePort();
    Path home = Files.createDirectories(directory.resolve("server"));
    try (SkaldProcess server = SkaldProcess.serve(home, port, "")) {
      Path pod = Files.createDirectories(directory.resolve("pods/shop_web-1_uid1/app"));
      Path log = pod.resolve("0.log");
      String second = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", "");
      Files.writeString(
          log,
          second
              + ".1Z stdout F {\"level\":\"info\",\"trace\":\"t1\",\"msg\":\"up\"}\n"
              + second
              + ".2Z stderr P {\"level\":\"error\",\"trace\":\"t2\",\n");
      AgentConfigFile.Loaded loaded =
          AgentConfigFile.load("agent.yaml", configuration(server.address()), Map.of());
      try (AgentProcess agent = new AgentProcess(loaded.config(), Clock.system())) {
        agent.start();
        awaitContains("{job=\"shop/web\", level=\"info\"}", server.address(), "\"up\"");
        Files.writeString(
            log, second + ".3Z stderr F \"msg\":\"broken\"}\n", StandardOpenOption.APPEND);
        awaitContains(
            "{job=\"shop/web\", level=\"error\", stream=\"stderr\"} | trace=`t2`",
            server.address(),
            "\"broken\"");
      }

      assertThat(Files.readString(directory.resolve("state/positions.yaml")))
          .contains("0.log: \"" + Files.size(log) + "\"");
    }
  }

  private String configuration(String server) {
    return """
    clients: [{url: '%1$s/loki/api/v1/push'}]
    positions: {filename: '%2$s/state/positions.yaml'}
    scrape_configs:
    - job_name: pods
      static_configs: [{labels: {ns: shop, name: web, uid: uid1, container: app}}]
      relabel_configs:
      - {source_labels: [ns, name], separator: /, target_label: job}
      - source_labels: [uid, container]
        separator: /
        target_label: __path__
        replacement: '%2$s/pods/*$1/*.log'
      - {regex: uid|name|ns, action: labeldrop}
      pipeline_stages:
      - cri: {}
      - json: {expressions: {level: , trace: , msg: }}
      - labels: {level: }
      - structured_metadata: {trace: }
      - output: {source: msg}
    """
        .formatted(server, directory);
  }

  private static void awaitContains(String query, String server, String text)
      throws IOException, InterruptedException {
    URI uri =
        URI.create(
            server
                + "/loki/api/v1/query_range?query="
                + URLEncoder.encode(query, StandardCharsets.UTF_8));
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    String answer = "";
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (!answer.contains(text)) {
        assertThat(System.nanoTime()).as(answer).isLessThan(deadline);
        Thread.sleep(100);
        answer =
            client
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
      }
    }
  }
}

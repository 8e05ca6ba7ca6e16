package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The compose file and what it mounts. The containers themselves are not started here: that takes
 * Docker and images from registries.
 */
class ComposeTest {
  private static final Path DEPLOY = SkaldProcess.root().resolve("deploy");
  private static final Path FOLDER = DEPLOY.resolve("compose");

  @TempDir private Path directory;

  private static JsonNode services() throws IOException {
    return Yaml.read(FOLDER.resolve("compose.yaml")).get("services");
  }

  /** Returns the services of our own image by the flags and arguments that they run with. */
  private static Map<String, List<String>> skald() throws IOException {
    Map<String, List<String>> commands = new HashMap<>();
    services()
        .propertyStream()
        .filter(service -> service.getValue().get("image").asString().startsWith("${SKALD_IMAGE"))
        .forEach(service ->
            commands.put(
                service.getKey(),
                service.getValue().get("command").valueStream().map(JsonNode::asString).toList()));
    return commands;
  }

  @Test
  void roles_areThoseOfACluster() throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    skald().values().forEach(command -> counts.merge(command.getLast(), 1, Integer::sum));

    assertThat(counts)
        .isEqualTo(
            Map.of(
                "-target=distributor",
                1,
                "-target=ingester",
                3,
                "-target=querier",
                2,
                "-target=compactor,ruler",
                1,
                "-config.file=/etc/skald/agent.yaml",
                1));
  }

  @Test
  void configurations_all_areReadWithoutWarnings() throws IOException {
    String server = Files.readString(FOLDER.resolve("skald.yaml"));
    Map<String, List<String>> problems = new HashMap<>();
    skald()
        .forEach((service, command) -> {
          if (command.getFirst().equals("server")) {
            String target = command.getLast().substring("-target=".length());
            problems.put(
                service, DeployedConfig.server("skald.yaml", server, Map.of("target", target)));
          }
        });
    problems.put(
        "agent",
        DeployedConfig.agent("agent.yaml", Files.readString(FOLDER.resolve("agent.yaml"))));

    assertThat(problems)
        .hasSize(8)
        .allSatisfy((service, found) -> assertThat(found).as(service).isEmpty());
  }

  @Test
  void services_ofSkald_haveNoRights() throws IOException {
    JsonNode services = services();
    assertThat(skald().keySet())
        .allSatisfy(name -> {
          JsonNode service = services.get(name);
          assertThat(service.get("read_only").asBoolean()).isTrue();
          assertThat(service.at("/cap_drop/0").asString()).isEqualTo("ALL");
          assertThat(service.at("/security_opt/0").asString()).isEqualTo("no-new-privileges:true");
        });
  }

  @Test
  void images_all_haveATag() throws IOException {
    assertThat(services().valueStream().map(service -> service.get("image").asString()))
        .allMatch(image -> image.matches(".*[^/]+:[\\w.-]*\\d[\\w.-]*}?"));
  }

  @Test
  void ports_all_areOnLoopback() throws IOException {
    assertThat(services().valueStream().flatMap(service -> service.path("ports").valueStream()))
        .hasSize(2)
        .allMatch(port -> port.asString().startsWith("127.0.0.1:"));
  }

  @Test
  void mounts_all_exist() throws IOException {
    JsonNode volumes = Yaml.read(FOLDER.resolve("compose.yaml")).get("volumes");
    Set<String> used = new HashSet<>();
    for (JsonNode service : services()) {
      for (JsonNode mount : service.path("volumes")) {
        String source = mount.asString().split(":")[0];
        if (source.startsWith(".")) {
          assertThat(FOLDER.resolve(source)).exists();
        } else if (!source.startsWith("/")) {
          used.add(source);
        }
      }
    }

    assertThat(used).containsExactlyInAnyOrderElementsOf(volumes.propertyNames());
  }

  @Test
  void grafana_dataSourcesAndDashboards_areThoseOfTheOtherServices() throws IOException {
    JsonNode sources =
        Yaml.read(DEPLOY.resolve("grafana/provisioning/datasources/skald.yaml")).get("datasources");
    JsonNode provider =
        Yaml.read(DEPLOY.resolve("grafana/provisioning/dashboards/skald.yaml")).at("/providers/0");

    assertThat(sources.valueStream().map(source -> source.get("type").asString()))
        .containsExactly("loki", "prometheus");
    assertThat(sources.valueStream().map(source -> source.get("url").asString()))
        .allSatisfy(url -> {
          String host = url.replaceAll("^http://|:\\d+$", "");
          assertThat(services().has(host)).as(host).isTrue();
        });
    assertThat(services().at("/grafana/volumes").toString())
        .contains("../grafana/dashboards:" + provider.at("/options/path").asString() + ":ro");
  }

  @Test
  void prometheus_asksEveryServer() throws Exception {
    JsonNode job =
        Yaml.read(FOLDER.resolve("prometheus.yaml")).at("/scrape_configs/0/static_configs/0");

    assertThat(
            job.get("targets").valueStream().map(target -> target.asString().replace(":3100", "")))
        .containsExactlyInAnyOrderElementsOf(
            skald().keySet().stream().filter(name -> !name.equals("agent")).toList());
    assumeTrue(
        RealClientsTest.installed("promtool"),
        "skipped: promtool is not installed (Debian: apt-get install prometheus)");
    Path config = directory.resolve("prometheus.yaml");
    Files.writeString(
        config,
        Files.readString(FOLDER.resolve("prometheus.yaml"))
            .replace(
                "/etc/prometheus/alerts.yaml",
                DEPLOY.resolve("prometheus/alerts.yaml").toString()));
    Tool promtool = Tool.run(directory, "promtool", "check", "config", config.toString());
    assertThat(promtool.exitCode()).as(promtool.output()).isZero();
  }

  @Test
  void dockerCompose_takesTheFile() throws Exception {
    assumeTrue(
        RealClientsTest.installed("docker-compose"),
        "skipped: docker-compose is not installed (Debian: apt-get install docker-compose)");

    Tool compose =
        Tool.run(
            FOLDER,
            "env",
            "S3_SECRET=secret-of-minio",
            "GRAFANA_PASSWORD=secret",
            "docker-compose",
            "-f",
            "compose.yaml",
            "config",
            "--quiet");

    assertThat(compose.exitCode()).as(compose.output()).isZero();
  }

  @Test
  void dockerCompose_withoutSecrets_asksForThem() throws Exception {
    assumeTrue(
        RealClientsTest.installed("docker-compose"),
        "skipped: docker-compose is not installed (Debian: apt-get install docker-compose)");

    Tool compose =
        Tool.run(
            FOLDER, "env", "-u", "S3_SECRET", "docker-compose", "-f", "compose.yaml", "config");

    assertThat(compose.exitCode()).isNotZero();
    assertThat(compose.output()).contains("the secret of MinIO");
  }
}

package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The training run of the launcher: does what a process of the profile does, in a temporary folder,
 * so that the JVM can record the classes that it loads and, of a server, how its methods are used
 * (JEP 515).
 */
@Command(name = "warm-up", hidden = true, description = "Record the classes of a profile.")
final class WarmUpCommand implements Callable<Integer> {
  /** What Grafana asks, beside what the commands ask. */
  private static final List<String> READS =
      List.of(
          "/loki/api/v1/labels",
          "/loki/api/v1/label/job/values",
          "/loki/api/v1/series?match[]=%7Bjob%3D%22files%22%7D",
          "/loki/api/v1/index/stats?query=%7Bjob%3D%22files%22%7D",
          "/loki/api/v1/index/volume?query=%7Bjob%3D%22files%22%7D",
          "/loki/api/v1/detected_labels?query=%7Bjob%3D%22files%22%7D",
          "/loki/api/v1/detected_fields?query=%7Bjob%3D%22files%22%7D",
          "/loki/api/v1/query_range?query=%7Bjob%3D%22files%22%7D+%7C%3D+%22one%22",
          "/loki/api/v1/query_range?query=sum+by+(level)(count_over_time(%7Bjob%3D%22files%22%7D"
              + "%7Clogfmt%5B1m%5D))");

  /** Enough for the JVM to know a method by its profile; takes about a second. */
  private static final int ROUNDS = 60;

  @Parameters(paramLabel = "PROFILE", description = "server, agent or client")
  String profile = "";

  @Override
  public Integer call() throws IOException {
    switch (profile) {
      case "server" -> warmServer(true);
      // Its JVM has no vectors: queries would fail, and an agent answers none.
      case "agent" -> warmServer(false);
      case "client" -> warmClient();
      default -> throw new UsageException("unknown profile: " + profile);
    }
    return 0;
  }

  private static void warmServer(boolean withReads) throws IOException {
    Path directory = Files.createTempDirectory("skald-warm-up");
    try {
      Path log = directory.resolve("warm.log");
      Files.writeString(log, "level=info msg=\"one\"\n{\"level\":\"warn\"}\n");
      SkaldConfig config =
          SkaldConfig.load(
                  "(warm-up)",
                  "",
                  Map.of(
                      "auth_enabled", "false",
                      "server.http_listen_address", "127.0.0.1",
                      "server.http_listen_port", "0",
                      "common.path_prefix", directory.resolve("data").toString()))
              .config();
      try (ServerProcess server = new ServerProcess(config, Clock.system(), () -> {})) {
        server.start();
        URI push = URI.create(server.address() + "/loki/api/v1/push");
        AgentConfig agentConfig =
            AgentProcess.upConfig(
                push, directory.resolve("agent"), List.of(log.toString()), "localhost");
        try (AgentProcess agent = new AgentProcess(agentConfig, Clock.system())) {
          agent.start();
        }
        if (withReads) {
          askAll(server.address());
          read(server.address());
        }
      }
    } finally {
      delete(directory);
    }
  }

  /** Asks once of each kind; what comes back does not matter. */
  private static void askAll(String address) {
    for (String[] command :
        new String[][] {
          {"labels", "--addr", address},
          {"series", "--addr", address},
          {"query", "{job=\"files\"} |= \"one\" | logfmt | json", "--addr", address, "--quiet"},
          {"query", "sum(count_over_time({job=\"files\"}[1m]))", "--instant", "--addr", address},
        }) {
      Skald.execute(Shell.ofProcess(), command);
    }
  }

  private static void read(String address) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      for (String path : READS) {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create(address + path).toURL().openConnection();
        try (InputStream body = connection.getInputStream()) {
          body.readAllBytes();
        }
      }
    }
  }

  private static void warmClient() {
    for (String[] command :
        new String[][] {
          {"labels", "--addr", "http://127.0.0.1:9"},
          {"query", "{a=\"b\"}", "--addr", "http://127.0.0.1:9"},
          {"query", "--help"},
        }) {
      Skald.execute(Shell.ofProcess(), command);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

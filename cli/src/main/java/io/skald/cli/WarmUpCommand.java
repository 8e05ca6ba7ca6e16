package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.SingleProcess;
import io.skald.server.SkaldConfig;
import java.io.IOException;
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
 * The training run of the launcher: does once what a process of the profile does, in a temporary
 * folder, so that the JVM can record the classes that it loads.
 */
@Command(name = "warm-up", hidden = true, description = "Record the classes of a profile.")
final class WarmUpCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PROFILE", description = "server, agent or client")
  String profile = "";

  @Override
  public Integer call() throws IOException {
    switch (profile) {
      case "server", "agent" -> warmServer();
      case "client" -> warmClient();
      default -> throw new UsageException("unknown profile: " + profile);
    }
    return 0;
  }

  private static void warmServer() throws IOException {
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
      try (SingleProcess server = new SingleProcess(config, Clock.system(), () -> {})) {
        server.start();
        URI push = URI.create(server.address() + "/loki/api/v1/push");
        AgentConfig agentConfig =
            AgentProcess.upConfig(
                push, directory.resolve("agent"), List.of(log.toString()), "localhost");
        try (AgentProcess agent = new AgentProcess(agentConfig, Clock.system())) {
          agent.start();
        }
        askAll(server.address());
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
      Skald.commandLine(Shell.ofProcess()).execute(command);
    }
  }

  private static void warmClient() {
    for (String[] command :
        new String[][] {
          {"labels", "--addr", "http://127.0.0.1:9"},
          {"query", "{a=\"b\"}", "--addr", "http://127.0.0.1:9"},
          {"query", "--help"},
        }) {
      Skald.commandLine(Shell.ofProcess()).execute(command);
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

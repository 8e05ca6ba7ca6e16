package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.common.config.ConfigException;
import io.skald.common.net.HostName;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.Logging;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything in one process on embedded defaults, tailing files. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Run everything in one process on defaults, tailing log files.")
final class UpCommand implements Callable<Integer> {
  private static final String UNLIMITED_MB = "10000";

  @Option(
      names = "--tail",
      paramLabel = "GLOB",
      arity = "1..*",
      description =
          "Files to tail, with **, *, ?, [a-z] and {a,b}; may repeat. Default: the readable text"
              + " files under /var/log.")
  List<String> tail = List.of();

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:3100",
      description = "HTTP address (default: ${DEFAULT-VALUE}).")
  String listen = "";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "Where everything is kept (default: ./${DEFAULT-VALUE}).")
  Path data = Path.of("data");

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "warn",
      description = "debug, info, warn or error (default: ${DEFAULT-VALUE}).")
  String logLevel = "";

  @Override
  public Integer call() {
    SkaldConfig config;
    try {
      config = SkaldConfig.load("(skald up)", "", overrides(address(listen))).config();
    } catch (ConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Logging.configure(logLevel, System.err);
    RunningProcess process = new RunningProcess();
    Everything everything =
        new Everything(new ServerProcess(config, Clock.system(), process::stop));
    return process.run(everything::start, everything::close);
  }

  private Map<String, String> overrides(InetSocketAddress address) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("auth_enabled", "false");
    overrides.put("server.http_listen_address", address.getHostString());
    overrides.put("server.http_listen_port", Integer.toString(address.getPort()));
    overrides.put("server.log_level", logLevel);
    overrides.put("common.path_prefix", data.toString());
    // One user on one machine: the disk is the limit, not a share of a fleet.
    overrides.put("limits_config.ingestion_rate_mb", UNLIMITED_MB);
    overrides.put("limits_config.ingestion_burst_size_mb", UNLIMITED_MB);
    overrides.put("limits_config.per_stream_rate_limit", UNLIMITED_MB + "MB");
    overrides.put("limits_config.per_stream_rate_limit_burst", UNLIMITED_MB + "MB");
    overrides.put("limits_config.max_global_streams_per_user", "100000");
    return overrides;
  }

  static InetSocketAddress address(String listen) {
    int colon = listen.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : listen.substring(0, colon);
    try {
      return InetSocketAddress.createUnresolved(
          host, Integer.parseInt(listen.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--listen must be HOST:PORT, not '" + listen + "'");
    }
  }

  /** Server and agent: started in this order, closed in the other. */
  private final class Everything {
    private final ServerProcess server;
    private @Nullable AgentProcess agent;
    private @Nullable UpScreen screen;

    Everything(ServerProcess server) {
      this.server = server;
    }

    void start() {
      server.start();
      URI push = URI.create(server.address() + "/loki/api/v1/push");
      AgentConfig agentConfig =
          AgentProcess.upConfig(push, data.resolve("agent"), tail, HostName.current());
      AgentProcess started = new AgentProcess(agentConfig, Clock.system());
      started.start();
      agent = started;
      screen = new UpScreen(server.address(), tail, data, started::status, System.out);
      screen.start();
    }

    void close() {
      if (screen != null) {
        screen.stopping();
      }
      try {
        if (agent != null) {
          agent.close();
        }
      } finally {
        server.close();
      }
      if (screen != null) {
        screen.stopped();
      }
    }
  }
}

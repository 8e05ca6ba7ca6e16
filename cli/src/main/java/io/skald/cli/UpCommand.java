package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import io.skald.server.Logging;
import io.skald.server.SingleProcess;
import io.skald.server.SkaldConfig;
import io.skald.server.TailingAgent;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything in one process on embedded defaults, tailing files. */
@Command(
    name = "up",
    mixinStandardHelpOptions = true,
    description = "Run everything in one process on defaults, tailing log files.")
final class UpCommand implements Callable<Integer> {
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
    InetSocketAddress address = address(listen);
    SkaldConfig config;
    try {
      config = SkaldConfig.load("(skald up)", "", overrides(address)).config();
    } catch (ConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Logging.configure(logLevel, System.err);
    SingleProcess server = new SingleProcess(config, Clock.system());
    AgentHolder agent = new AgentHolder();
    return RunningProcess.run(
        () -> {
          server.start();
          agent.start(server, agentConfig(server), System.out);
        },
        () -> {
          agent.close();
          server.close();
        });
  }

  private Map<String, String> overrides(InetSocketAddress address) {
    Map<String, String> overrides = new LinkedHashMap<>();
    overrides.put("auth_enabled", "false");
    overrides.put("server.http_listen_address", address.getHostString());
    overrides.put("server.http_listen_port", Integer.toString(address.getPort()));
    overrides.put("server.log_level", logLevel);
    overrides.put("common.path_prefix", data.toString());
    return overrides;
  }

  static InetSocketAddress address(String listen) {
    int colon = listen.lastIndexOf(':');
    String host = colon < 0 ? "127.0.0.1" : listen.substring(0, colon);
    String port = listen.substring(colon + 1);
    try {
      return InetSocketAddress.createUnresolved(host, Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--listen must be HOST:PORT, not '" + listen + "'");
    }
  }

  private AgentConfig agentConfig(SingleProcess server) {
    return TailingAgent.config(server.pushUrl(), data.resolve("agent"), tail);
  }

  /** The agent and what {@code up} prints about it. */
  private static final class AgentHolder {
    private TailingAgent agent;

    void start(SingleProcess server, AgentConfig config, PrintStream out) {
      agent = TailingAgent.start(config, Clock.system());
      new UpScreen(server, agent, out).start();
    }

    void close() {
      if (agent != null) {
        agent.close();
      }
    }
  }
}

package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.agent.AgentConfigFile;
import io.skald.agent.AgentOptions;
import io.skald.agent.AgentServerConfig;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigWriter;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.Logging;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@code skald agent}. Apart from the command: picocli looks at the methods of commands,
 * and would have every command load the classes of the agent.
 */
record AgentRun(ConfigFlags flags, List<String> rest, AgentActions actions) {
  private static final Logger LOG = LoggerFactory.getLogger("io.skald.agent.config");

  /** Stands for the client that a dry run does not need. */
  private static final String NOWHERE = "http://localhost/loki/api/v1/push";

  /** Returns the exit code of the command. */
  int run() {
    AgentConfigFile.Loaded loaded;
    try {
      loaded = load();
    } catch (ConfigException e) {
      if (actions.checkSyntax) {
        System.err.println(e.getMessage());
        return 1;
      }
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    AgentConfig config = loaded.config();
    AgentServerConfig server = config.run().server();
    if (actions.printConfig) {
      System.out.print(ConfigWriter.yaml(config));
      return 0;
    }
    if (actions.printConfigAndRun) {
      System.err.print(ConfigWriter.yaml(config));
    }
    Logging.configure(server.logLevel(), server.logFormat(), System.err);
    warn(loaded);
    if (actions.checkSyntax) {
      return 0;
    }
    if (actions.logConfig) {
      ConfigWriter.yaml(config).lines().toList().reversed().forEach(LOG::info);
    }
    boolean readsInput = config.targetConfig().stdin();
    AgentOptions options =
        new AgentOptions(
            StageMetrics.NONE,
            readsInput ? System.in : null,
            actions.dryRun ? System.out : null,
            actions.inspect ? System.err : null);
    // A look at some lines must not fight with the agent of this machine for its port.
    boolean serves = !readsInput && !actions.dryRun;
    AgentProcess agent =
        new AgentProcess(config, Clock.system(), options, serves ? this::reread : null);
    RunningProcess process = new RunningProcess();
    return process.run(
        () -> {
          agent.start();
          if (serves && !HangUpSignal.handle(() -> reload(agent))) {
            LOG.warn("this JDK hands over no SIGHUP; use /reload");
          }
          if (readsInput) {
            Thread.ofVirtual()
                .start(() -> {
                  agent.awaitInput();
                  process.stop();
                });
          }
        },
        agent::close);
  }

  private AgentConfigFile.Loaded load() {
    return AgentConfigFile.load(flags.source(), flags.text(), AgentFlags.keys(rest), this::adapt);
  }

  private AgentConfig reread() {
    AgentConfigFile.Loaded loaded = load();
    warn(loaded);
    return loaded.config();
  }

  private static void warn(AgentConfigFile.Loaded loaded) {
    loaded.warnings().forEach(LOG::warn);
  }

  private static void reload(AgentProcess agent) {
    try {
      agent.reload();
    } catch (RuntimeException e) {
      LOG.error("the configuration cannot be taken over, the old one stays: {}", e.getMessage());
    }
  }

  /** What the flags change in the configuration. */
  private AgentConfig adapt(AgentConfig config) {
    AgentConfig adapted = config;
    if (actions.stdin) {
      adapted =
          adapted.withTargetConfig(
              new AgentConfig.TargetConfig(config.targetConfig().syncPeriod(), true));
    }
    if (actions.dryRun && adapted.clients().isEmpty()) {
      adapted = adapted.withClient(AgentConfig.Client.defaults().withUrl(NOWHERE));
    }
    return adapted;
  }
}

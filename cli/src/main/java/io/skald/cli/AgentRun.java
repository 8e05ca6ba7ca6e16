package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.agent.AgentOptions;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.Logging;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * One run of {@code skald agent}. Apart from the command: picocli looks at the methods of commands,
 * and would have every command load the classes of the agent.
 */
record AgentRun(
    ConfigFlags flags,
    List<String> rest,
    boolean stdin,
    boolean dryRun,
    boolean inspect,
    boolean checkSyntax) {
  /** Stands for the client that a dry run does not need. */
  private static final String NOWHERE = "http://localhost/loki/api/v1/push";

  /** Returns the exit code of the command. */
  int run() {
    AgentProcess.Loaded loaded;
    try {
      loaded =
          AgentProcess.load(flags.source(), flags.text(), ConfigFlags.overrides(rest), this::adapt);
    } catch (ConfigException e) {
      if (checkSyntax) {
        System.err.println(e.getMessage());
        return 1;
      }
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Logging.configure(loaded.logLevel(), System.err);
    loaded
        .warnings()
        .forEach(warning -> LoggerFactory.getLogger("io.skald.agent.config").warn(warning));
    if (checkSyntax) {
      return 0;
    }
    AgentConfig config = loaded.config();
    boolean readsInput = config.targetConfig().stdin();
    AgentOptions options =
        new AgentOptions(
            StageMetrics.NONE,
            readsInput ? System.in : null,
            dryRun ? System.out : null,
            inspect ? System.err : null);
    AgentProcess agent = new AgentProcess(config, Clock.system(), options);
    RunningProcess process = new RunningProcess();
    return process.run(
        () -> {
          agent.start();
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

  /** What the flags change in the configuration. */
  private AgentConfig adapt(AgentConfig config) {
    AgentConfig adapted = config;
    if (stdin) {
      adapted =
          adapted.withTargetConfig(
              new AgentConfig.TargetConfig(config.targetConfig().syncPeriod(), true));
    }
    if (dryRun && adapted.clients().isEmpty()) {
      adapted = adapted.withClient(AgentConfig.Client.defaults().withUrl(NOWHERE));
    }
    return adapted;
  }
}

package io.skald.cli;

import io.skald.agent.AgentConfig;
import io.skald.agent.AgentOptions;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import io.skald.server.AgentProcess;
import io.skald.server.Logging;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Runs the agent until it is asked to stop. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Tail files and ship them, from a configuration in the shape of Promtail's.",
    footer = {
      "",
      "Any key of the file is also a flag: -positions.filename=/var/lib/positions.yaml"
    })
final class AgentCommand implements Callable<Integer> {
  /** Stands for the client that a dry run does not need. */
  private static final String NOWHERE = "http://localhost/loki/api/v1/push";

  @Mixin ConfigFlags flags = new ConfigFlags();

  @Option(
      names = {"-stdin", "--stdin"},
      description = "Send the lines of standard input, with the labels of the first job, and end.")
  boolean stdin;

  @Option(
      names = {"-dry-run", "--dry-run"},
      description = "Print time, labels and line of each entry; send nothing, keep no positions.")
  boolean dryRun;

  @Option(
      names = {"-inspect", "--inspect"},
      description = "Print on standard error what each stage changes.")
  boolean inspect;

  @Option(
      names = {"-check-syntax", "--check-syntax"},
      description = "Build all stages, rules and globs, tell all mistakes, open nothing, and end.")
  boolean checkSyntax;

  @Unmatched List<String> rest = new ArrayList<>();

  @Override
  public Integer call() {
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

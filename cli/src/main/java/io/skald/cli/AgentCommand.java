package io.skald.cli;

import io.skald.agent.AgentConfig;
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
  @Mixin ConfigFlags flags = new ConfigFlags();

  @Unmatched List<String> rest = new ArrayList<>();

  @Override
  public Integer call() {
    AgentProcess.Loaded loaded;
    try {
      loaded = AgentProcess.load(flags.source(), flags.text(), ConfigFlags.overrides(rest));
    } catch (ConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Logging.configure(loaded.logLevel(), System.err);
    loaded
        .warnings()
        .forEach(warning -> LoggerFactory.getLogger("io.skald.agent.config").warn(warning));
    AgentConfig config = loaded.config();
    AgentProcess agent = new AgentProcess(config, Clock.system());
    return new RunningProcess().run(agent::start, agent::close);
  }
}

package io.skald.cli;

import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import io.skald.server.Logging;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Runs the server until it is asked to stop. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    description = "Run the server from a configuration in the shape of Loki's.",
    footer = {"", "Any key of the file is also a flag: -server.http-listen-port=3101"})
final class ServerCommand implements Callable<Integer> {
  @Mixin ConfigFlags flags = new ConfigFlags();

  @Option(
      names = {"-print-config", "--print-config"},
      description = "Print the settings as YAML and end.")
  boolean printConfig;

  @Option(
      names = {"-print-config-stderr", "--print-config-stderr"},
      description = "Print the settings as YAML on standard error, and run.")
  boolean printConfigAndRun;

  @Option(
      names = {"-verify-config", "--verify-config"},
      description = "Check the settings and end.")
  boolean verifyConfig;

  @Unmatched List<String> rest = new ArrayList<>();

  @Override
  public Integer call() {
    SkaldConfig.Loaded loaded;
    try {
      loaded = SkaldConfig.load(flags.source(), flags.text(), ConfigFlags.overrides(rest));
    } catch (ConfigException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    SkaldConfig config = loaded.config();
    if (verifyConfig) {
      loaded.warnings().forEach(warning -> System.err.println("warning: " + warning));
      System.out.println(flags.source() + ": valid server configuration");
      return 0;
    }
    if (printConfig) {
      System.out.print(loaded.yaml());
      return 0;
    }
    if (printConfigAndRun) {
      System.err.print(loaded.yaml());
    }
    Logging.configure(config.server().logLevel(), config.server().logFormat(), System.err);
    loaded
        .warnings()
        .forEach(warning -> LoggerFactory.getLogger("io.skald.server.config").warn(warning));
    RunningProcess process = new RunningProcess();
    ServerProcess server = new ServerProcess(config, Clock.system(), process::stop);
    return process.run(server::start, server::close);
  }
}

package io.skald.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Runs the agent until it is asked to stop. */
@Command(
    name = "agent",
    versionProvider = Skald.VersionProvider.class,
    description = "Tail files and ship them, from a configuration in the shape of Promtail's.",
    footer = {
      "",
      "Any key of the file is also a flag: -positions.filename=/var/lib/positions.yaml"
    })
final class AgentCommand implements Callable<Integer> {
  @Mixin ConfigFlags flags = new ConfigFlags();

  @Option(
      names = {"-h", "-help", "--help"},
      usageHelp = true,
      description = "Show this help and end.")
  boolean help;

  @Option(
      names = {"-V", "-version", "--version"},
      versionHelp = true,
      description = "Print the version and end.")
  boolean version;

  @Mixin AgentActions actions = new AgentActions();

  @Unmatched List<String> rest = new ArrayList<>();

  @Override
  public Integer call() {
    return new AgentRun(flags, rest, actions).run();
  }
}

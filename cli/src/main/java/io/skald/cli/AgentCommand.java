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
    mixinStandardHelpOptions = true,
    description = "Tail files and ship them, from a configuration in the shape of Promtail's.",
    footer = {
      "",
      "Any key of the file is also a flag: -positions.filename=/var/lib/positions.yaml"
    })
final class AgentCommand implements Callable<Integer> {
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
    return new AgentRun(flags, rest, stdin, dryRun, inspect, checkSyntax).run();
  }
}

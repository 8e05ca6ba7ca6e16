package io.skald.cli;

import picocli.CommandLine.Option;

/** The flags of the agent that say what it does, beside running. */
final class AgentActions {
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

  @Option(
      names = {"-print-config", "--print-config"},
      description = "Print the settings as YAML and end; secrets are left out.")
  boolean printConfig;

  @Option(
      names = {"-print-config-stderr", "--print-config-stderr"},
      description = "Print the settings as YAML on standard error, and run.")
  boolean printConfigAndRun;

  @Option(
      names = {"-log-config-reverse-order", "--log-config-reverse-order"},
      description = "Log the settings, the last line first, and run.")
  boolean logConfig;
}

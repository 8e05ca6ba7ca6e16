package io.skald.cli;

import io.skald.agent.AgentConfigFile;
import io.skald.common.config.ConfigException;
import io.skald.server.SkaldConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Unmatched;

/** Commands about configuration files. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Check configuration files, make what belongs into them.",
    subcommands = {
      ConfigCommand.Check.class,
      HashPasswordCommand.class,
      NewTokenCommand.class,
    })
final class ConfigCommand {
  /** Reads a file as the server or the agent would and tells every mistake. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Tell every mistake in a server or agent configuration, with its line.")
  static final class Check implements Callable<Integer> {
    /** What only an agent's file has at its top. */
    private static final Pattern AGENT =
        Pattern.compile("^(clients?|scrape_configs|positions):", Pattern.MULTILINE);

    @ParentCommand ConfigCommand parent = new ConfigCommand();

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file to check.")
    String file = "";

    @Mixin ConfigFlags flags = new ConfigFlags();

    @Unmatched List<String> rest = new ArrayList<>();

    @Override
    public Integer call() {
      if (flags.file.isEmpty()) {
        flags.file = file;
      }
      if (flags.file.isEmpty()) {
        throw new UsageException("name the file to check: skald config check FILE");
      }
      String text = flags.text();
      Map<String, String> overrides = ConfigFlags.overrides(rest);
      boolean agent = AGENT.matcher(text).find();
      try {
        List<String> warnings =
            agent
                ? AgentConfigFile.load(flags.source(), text, overrides).warnings()
                : SkaldConfig.load(flags.source(), text, overrides).warnings();
        warnings.forEach(warning -> System.out.println("warning: " + warning));
      } catch (ConfigException e) {
        System.err.println(e.getMessage());
        return 1;
      }
      System.out.println(
          flags.source() + ": valid " + (agent ? "agent" : "server") + " configuration");
      return 0;
    }
  }
}

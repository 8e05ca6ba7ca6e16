package io.skald.cli;

import java.io.PrintWriter;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code skald} command. */
@Command(
    name = "skald",
    mixinStandardHelpOptions = true,
    versionProvider = Skald.VersionProvider.class,
    description = "Collect log lines, keep them, ask for them.",
    subcommands = {
      UpCommand.class,
      ServerCommand.class,
      AgentCommand.class,
      QueryCommand.class,
      LabelsCommand.class,
      SeriesCommand.class,
      ConfigCommand.class,
      WarmUpCommand.class,
      GenerateCompletion.class,
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, also when nothing was found",
      "1:the server refused, or the work failed",
      "2:the command was called wrongly",
      "3:the server could not be reached, or did not answer in time",
    })
public final class Skald {
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int UNREACHABLE = 3;

  private Skald() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** Returns the command; tests set its streams. */
  static CommandLine commandLine() {
    return new CommandLine(new Skald())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, _) -> report(failure, command));
  }

  private static int report(Exception failure, CommandLine command) {
    PrintWriter err = command.getErr();
    err.println("skald: " + failure.getMessage());
    err.flush();
    return switch (failure) {
      case UsageException _ -> USAGE;
      case UnreachableException _ -> UNREACHABLE;
      default -> {
        if (!(failure instanceof RefusedException) && System.getenv("SKALD_DEBUG") != null) {
          failure.printStackTrace(err);
          err.flush();
        }
        yield FAILED;
      }
    };
  }

  /** The version of the jar. */
  static final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Skald.class.getPackage().getImplementationVersion();
      return new String[] {"skald " + (version == null ? "dev" : version)};
    }
  }
}

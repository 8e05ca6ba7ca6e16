package io.skald.cli;

import static java.util.stream.Collectors.joining;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IVersionProvider;

/** The {@code skald} command. */
@Command(
    name = "skald",
    mixinStandardHelpOptions = true,
    versionProvider = Skald.VersionProvider.class,
    description = "Collect log lines, keep them, ask for them.",
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

  private static final List<Class<?>> COMMANDS =
      List.of(
          UpCommand.class,
          ServerCommand.class,
          AgentCommand.class,
          QueryCommand.class,
          LabelsCommand.class,
          SeriesCommand.class,
          DeleteCommand.class,
          ReadyCommand.class,
          ConfigCommand.class,
          ImportCommand.class,
          StorageCommand.class,
          WarmUpCommand.class,
          GenerateCompletion.class);

  private Skald() {}

  public static void main(String[] arguments) {
    System.exit(execute(Shell.ofProcess(), arguments));
  }

  /** Returns the exit code. */
  static int execute(Shell shell, String... arguments) {
    CommandLine skald = new CommandLine(new Skald(), new Commands(shell));
    needed(arguments).forEach(skald::addSubcommand);
    return skald
        .setOut(writer(shell.out()))
        .setErr(writer(shell.err()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, _) -> report(failure, command))
        .execute(arguments);
  }

  /**
   * Returns the command that is named, as each that is looked at costs milliseconds of the start;
   * all where all are listed.
   */
  private static List<Class<?>> needed(String[] arguments) {
    for (Class<?> type : COMMANDS) {
      if (arguments.length > 0
          && type != GenerateCompletion.class
          && type.getAnnotation(Command.class).name().equals(arguments[0])) {
        return List.of(type);
      }
    }
    return COMMANDS;
  }

  private static PrintWriter writer(OutputStream out) {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }

  private static int report(Exception failure, CommandLine command) {
    if (failure instanceof ReaderGoneException) {
      return 0;
    }
    PrintWriter err = command.getErr();
    // What a server says may quote what was in a log.
    String message = String.valueOf(failure.getMessage());
    err.println("skald: " + message.lines().map(Terminal::escaped).collect(joining("\n")));
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

  /** Makes the commands; those that talk to a server are told where they are called from. */
  private record Commands(Shell shell) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (type == QueryCommand.class) {
        return type.cast(new QueryCommand(shell));
      }
      if (type == LabelsCommand.class) {
        return type.cast(new LabelsCommand(shell));
      }
      if (type == ReadyCommand.class) {
        return type.cast(new ReadyCommand(shell));
      }
      if (type == SeriesCommand.class) {
        return type.cast(new SeriesCommand(shell));
      }
      if (type == DeleteCommand.Create.class) {
        return type.cast(new DeleteCommand.Create(shell));
      }
      if (type == DeleteCommand.ListAll.class) {
        return type.cast(new DeleteCommand.ListAll(shell));
      }
      if (type == DeleteCommand.Cancel.class) {
        return type.cast(new DeleteCommand.Cancel(shell));
      }
      if (type == ImportCommand.class) {
        return type.cast(new ImportCommand(shell));
      }
      if (type == StorageCommand.Inspect.class) {
        return type.cast(new StorageCommand.Inspect(shell));
      }
      if (type == StorageCommand.Verify.class) {
        return type.cast(new StorageCommand.Verify(shell));
      }
      if (type == StorageCommand.Repair.class) {
        return type.cast(new StorageCommand.Repair(shell));
      }
      return CommandLine.defaultFactory().create(type);
    }
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

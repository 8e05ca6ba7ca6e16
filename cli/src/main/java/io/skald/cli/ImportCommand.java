package io.skald.cli;

import io.skald.common.model.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends old log files. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Send log files, with the times that stand in their lines; .gz and .zst are unpacked.",
      "Lines without a time belong to the one before. Lines of one time are moved apart by a"
          + " nanosecond each, so that none is taken for a copy. Sending a file twice is harmless.",
      "The tenant must allow it: limits_config.allow_backfill: true, reject_old_samples: false.",
    })
final class ImportCommand implements Callable<Integer> {
  private static final Pattern LABEL = Pattern.compile("\\s*([a-zA-Z_][a-zA-Z0-9_]*)=(.*)");

  @Mixin ServerConnection server = new ServerConnection();

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files, in the order given.")
  List<Path> files = List.of();

  @Option(
      names = "--labels",
      required = true,
      split = ",",
      paramLabel = "NAME=VALUE",
      description = "Labels of the stream, such as app=web,env=prod.")
  List<String> labels = List.of();

  @Option(
      names = "--timestamp-format",
      paramLabel = "FORMAT",
      defaultValue = "rfc3339",
      description = {
        "rfc3339 (also with a blank for the T, and without a zone), unix, unix-ms, unix-us,"
            + " unix-ns,",
        "or a pattern such as 'dd/MMM/yyyy:HH:mm:ss Z' (default: ${DEFAULT-VALUE}).",
      })
  String timestampFormat = "rfc3339";

  @Option(
      names = "--timestamp-regex",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Where in a line the time stands: its first group, or all that it matches.")
  String timestampRegex = "";

  @Option(
      names = "--timestamp-zone",
      paramLabel = "ZONE",
      defaultValue = "UTC",
      description = "Of times without a zone, such as Europe/Berlin (default: ${DEFAULT-VALUE}).")
  String timestampZone = "UTC";

  @Option(
      names = "--resume-file",
      paramLabel = "FILE",
      description = "Remember there how far it went, and go on from there if it exists.")
  Path resumeFile = Path.of("");

  private final Shell shell;

  ImportCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws IOException {
    LineTime time = LineTime.of(timestampFormat, timestampRegex, timestampZone);
    Labels stream = stream();
    List<Path> all = new ArrayList<>();
    long bytes = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new UsageException("no such file: " + file);
      }
      all.add(file);
      bytes += Files.size(file);
    }
    ImportPositions positions =
        resumeFile.toString().isEmpty()
            ? ImportPositions.unkept()
            : ImportPositions.open(resumeFile);
    Progress progress = new Progress(shell.err(), shell.isErrTerminal());
    long sent = 0;
    long done = 0;
    try {
      for (Path file : all) {
        ImportedFile imported =
            new ImportedFile(file, stream, time, server, positions, progress, done, bytes);
        sent += imported.send();
        done += Files.size(file);
      }
    } finally {
      progress.done();
    }
    try (LineOutput lines = new LineOutput(shell.out())) {
      lines.line("%,d lines of %,d files sent".formatted(sent, all.size()));
    }
    return 0;
  }

  private Labels stream() {
    Labels.Builder builder = Labels.builder();
    for (String label : labels) {
      Matcher matcher = LABEL.matcher(label);
      if (!matcher.matches() || matcher.group(2).isEmpty()) {
        throw new UsageException("--labels must be like app=web,env=prod, not '" + label + "'");
      }
      String value = matcher.group(2);
      boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
      builder.set(matcher.group(1), quoted ? value.substring(1, value.length() - 1) : value);
    }
    return builder.build();
  }
}

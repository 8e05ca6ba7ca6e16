package io.skald.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks whether a server or an agent does its work: the health check of its container. */
@Command(
    name = "ready",
    mixinStandardHelpOptions = true,
    description = "Ask whether a server or an agent is ready; if not, print why and exit with 1.")
final class ReadyCommand implements Callable<Integer> {
  @Mixin ServerConnection server = new ServerConnection();

  private final Shell shell;

  ReadyCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String answer = server.text("/ready", List.of()).strip();
    try (LineOutput lines = new LineOutput(shell.out())) {
      lines.line(shell.isOutTerminal() ? Terminal.escaped(answer) : answer);
    }
    return 0;
  }
}

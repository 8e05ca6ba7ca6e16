package io.skald.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists label names, or the values of one. */
@Command(
    name = "labels",
    mixinStandardHelpOptions = true,
    description = "List label names, or the values of one label.")
final class LabelsCommand implements Callable<Integer> {
  @Mixin ServerConnection server = new ServerConnection();
  @Mixin TimeRange range = new TimeRange();

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The label whose values to list.")
  String name = "";

  @Option(
      names = "--match",
      paramLabel = "SELECTOR",
      description = "Only streams that match, such as '{app=\"web\"}'.")
  String selector = "";

  private final Shell shell;

  LabelsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    long now = shell.clock().nowNanos();
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("start", Long.toString(range.startNanos(now))));
    parameters.add(Map.entry("end", Long.toString(range.endNanos(now))));
    if (!selector.isEmpty()) {
      parameters.add(Map.entry("query", selector));
    }
    String path =
        name.isEmpty()
            ? "/loki/api/v1/labels"
            : "/loki/api/v1/label/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20")
                + "/values";
    List<Object> items = Json.list(server.get(path, parameters), "data");
    try (LineOutput lines = new LineOutput(shell.out())) {
      for (Object item : items) {
        lines.line(shell.isOutTerminal() ? Terminal.escaped(item.toString()) : item.toString());
      }
    }
    return 0;
  }
}

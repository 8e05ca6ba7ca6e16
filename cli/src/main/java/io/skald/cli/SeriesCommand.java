package io.skald.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists streams. */
@Command(
    name = "series",
    mixinStandardHelpOptions = true,
    description = "List the label sets of streams.")
final class SeriesCommand implements Callable<Integer> {
  @Mixin ServerConnection server = new ServerConnection();
  @Mixin TimeRange range = new TimeRange();

  @Parameters(
      arity = "0..*",
      paramLabel = "SELECTOR",
      description = "Which streams, such as '{app=\"web\"}'; all without.")
  List<String> selectors = List.of();

  private final Shell shell;

  SeriesCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    long now = shell.clock().nowNanos();
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("start", Long.toString(range.startNanos(now))));
    parameters.add(Map.entry("end", Long.toString(range.endNanos(now))));
    selectors.forEach(selector -> parameters.add(Map.entry("match[]", selector)));
    List<Object> series = Json.list(server.get("/loki/api/v1/series", parameters), "data");
    try (LineOutput lines = new LineOutput(shell.out())) {
      series.stream()
          .map(labels -> LabelText.of(Json.object(labels)))
          .sorted()
          .forEach(lines::line);
    }
    return 0;
  }
}

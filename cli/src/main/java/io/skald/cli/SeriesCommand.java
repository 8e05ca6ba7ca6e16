package io.skald.cli;

import io.skald.common.time.Clock;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists streams. */
@Command(
    name = "series",
    mixinStandardHelpOptions = true,
    description = "List the label sets of streams.")
final class SeriesCommand implements Callable<Integer> {
  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin ServerConnection server = new ServerConnection();
  @Mixin TimeRange range = new TimeRange();

  @Parameters(
      arity = "0..*",
      paramLabel = "SELECTOR",
      description = "Which streams, such as '{app=\"web\"}'; all without.")
  List<String> selectors = List.of();

  @Override
  public Integer call() {
    long now = Clock.system().nowNanos();
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("start", Long.toString(range.startNanos(now))));
    parameters.add(Map.entry("end", Long.toString(range.endNanos(now))));
    selectors.forEach(selector -> parameters.add(Map.entry("match[]", selector)));
    PrintWriter out = spec.commandLine().getOut();
    Json.list(server.get("/loki/api/v1/series", parameters), "data").stream()
        .map(labels -> LabelText.of(Json.object(labels)))
        .sorted()
        .forEach(out::println);
    out.flush();
    return 0;
  }
}

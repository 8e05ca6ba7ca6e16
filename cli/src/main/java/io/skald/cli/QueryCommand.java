package io.skald.cli;

import io.skald.common.time.Clock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a LogQL query and prints the answer. */
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    description = "Ask a LogQL query.",
    footer = {
      "",
      "Examples:",
      "  skald query '{app=\"web\"} |= \"error\"' --since 1h --limit 100",
      "  skald query 'sum by (app) (rate({app=~\".+\"}[5m]))' --since 6h",
      "  skald query 'sum(count_over_time({app=\"web\"}[1h]))' --instant",
    })
final class QueryCommand implements Callable<Integer> {
  /** How log lines are printed. */
  enum Output {
    DEFAULT,
    RAW,
    JSONL
  }

  @Mixin ServerConnection server = new ServerConnection();
  @Mixin TimeRange range = new TimeRange();

  @Parameters(paramLabel = "QUERY", description = "The query.")
  String query = "";

  @Option(
      names = "--limit",
      defaultValue = "100",
      description = "The most log lines to print; 0 prints all (default: ${DEFAULT-VALUE}).")
  int limit = 100;

  @Option(
      names = "--output",
      defaultValue = "default",
      description =
          "default: time, labels, line; raw: the line's bytes only; jsonl: one JSON object a line.")
  Output output = Output.DEFAULT;

  @Option(names = "--forward", description = "Oldest lines first, instead of newest.")
  boolean forward;

  @Option(names = "--instant", description = "Evaluate a metric query at --to only.")
  boolean instant;

  @Option(
      names = "--step",
      paramLabel = "DURATION",
      description = "Distance of the points of a metric query (default: the server's choice).")
  String step = "";

  @Option(names = "--no-labels", description = "Leave the labels out of the default output.")
  boolean noLabels;

  @Option(names = "--quiet", description = "Print no notes on standard error.")
  boolean quiet;

  @Option(
      names = "--utc",
      description = "Print times in UTC instead of the local zone.")
  boolean utc;

  @Option(
      names = "--color",
      paramLabel = "auto|always|never",
      defaultValue = "auto",
      description = "Colours; auto uses them on a terminal unless NO_COLOR is set.")
  String color = "auto";

  @Option(names = "--stats", description = "Print what the query cost on standard error.")
  boolean stats;

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new UsageException("--limit must not be negative: " + limit);
    }
    long now = Clock.system().nowNanos();
    long start = range.startNanos(now);
    long end = range.endNanos(now);
    if (end < start) {
      throw new UsageException("the start of the range lies behind its end");
    }
    Terminal terminal = Terminal.of(color, output == Output.DEFAULT);
    try (LineOutput lines = new LineOutput(new FileOutputStream(FileDescriptor.out))) {
      if (instant) {
        printMetrics(lines, terminal, instant(end));
      } else {
        LogPages pages = new LogPages(server, query, start, end, limit, forward, step, progress());
        Object first = pages.first();
        if (Json.text(first, "data", "resultType").equals("streams")) {
          LogPrinter printer = new LogPrinter(lines, output, terminal, !noLabels, utc, quiet);
          pages.forEach(printer::print);
        } else {
          printMetrics(lines, terminal, first);
        }
      }
    }
    return 0;
  }

  private Progress progress() {
    return new Progress(!quiet && System.console() != null && System.console().isTerminal());
  }

  private Object instant(long end) {
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("query", query));
    parameters.add(Map.entry("time", Long.toString(end)));
    Object answer = server.get("/loki/api/v1/query", parameters);
    note(answer);
    return answer;
  }

  private void printMetrics(LineOutput lines, Terminal terminal, Object answer) {
    new MetricPrinter(lines, terminal, utc).print(answer);
    note(answer);
  }

  private void note(Object answer) {
    if (stats) {
      Map<String, Object> summary = Json.object(answer, "data", "stats", "summary");
      System.err.printf(
          "%s lines, %s bytes looked at in %s s%n",
          summary.getOrDefault("totalLinesProcessed", "0"),
          summary.getOrDefault("totalBytesProcessed", "0"),
          summary.getOrDefault("execTime", "0"));
    }
  }
}

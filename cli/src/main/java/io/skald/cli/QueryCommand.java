package io.skald.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
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
      "  skald query '{app=\"web\"} |= \"error\"' --tail",
      "  skald query 'sum(count_over_time({app=\"web\"}[1h]))' --instant",
      "  skald query --gaps --since 1d",
    })
final class QueryCommand implements Callable<Integer> {
  private static final Duration RETRY_PAUSE = Duration.ofMillis(250);

  /** How the answer is printed. */
  enum Output {
    DEFAULT,
    RAW,
    JSONL
  }

  @Mixin ServerConnection server = new ServerConnection();
  @Mixin TimeRange range = new TimeRange();

  @Parameters(paramLabel = "QUERY", arity = "0..1", description = "The query.")
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
      names = "--timezone",
      paramLabel = "UTC|Local|ZONE",
      defaultValue = "Local",
      description = "Zone of the times that are printed (default: ${DEFAULT-VALUE}).")
  String timezone = "Local";

  @Option(
      names = "--color",
      paramLabel = "auto|always|never",
      defaultValue = "auto",
      description = "Colours; auto uses them on a terminal unless NO_COLOR is set.")
  String color = "auto";

  @Option(
      names = {"-t", "--tail"},
      description = "Print the newest lines, then those that come, until interrupted.")
  boolean tail;

  @Option(
      names = "--delay-for",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "With --tail: how long lines wait for earlier ones, 0 to 5 (default: 0).")
  int delaySeconds;

  @Option(names = "--explain", description = "Print how the query is evaluated, not its answer.")
  boolean explain;

  @Option(
      names = "--analyze",
      description = "With --explain: run the query and print what each of its parts cost.")
  boolean analyze;

  @Option(names = "--stats", description = "Print what the query cost on standard error.")
  boolean stats;

  @Option(
      names = "--gaps",
      description =
          "Instead of a query: print which lines of the range never arrived, of which file, and"
              + " where they went missing.")
  boolean gaps;

  private final Shell shell;
  private final QueryCost cost = new QueryCost();

  QueryCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (limit < 0) {
      throw new UsageException("--limit must not be negative: " + limit);
    }
    long now = shell.clock().nowNanos();
    long start = range.startNanos(now);
    long end = range.endNanos(now);
    if (end < start) {
      throw new UsageException("the start of the range lies behind its end");
    }
    if (gaps == !query.isEmpty()) {
      throw new UsageException(
          gaps ? "--gaps takes no query" : "Missing required parameter: 'QUERY'");
    }
    if (gaps && (tail || instant || explain)) {
      throw new UsageException("--gaps goes with none of --tail, --instant, --explain");
    }
    if (analyze && !explain) {
      throw new UsageException("--analyze belongs to --explain");
    }
    if (tail && (instant || explain || forward || !range.to.isEmpty())) {
      throw new UsageException("--tail goes with none of --instant, --explain, --forward, --to");
    }
    if (explain) {
      try (LineOutput lines = new LineOutput(shell.out())) {
        server
            .text("/skald/api/v1/explain", explainParameters(start, end))
            .lines()
            .forEach(line -> lines.line(Terminal.escaped(line)));
      }
      return 0;
    }
    Terminal terminal = Terminal.of(shell, color, timezone, output == Output.DEFAULT);
    if (tail) {
      tail(terminal, start);
      return 0;
    }
    if (gaps) {
      printGaps(terminal, start, end, now);
      return 0;
    }
    try (LineOutput lines = new LineOutput(shell.out())) {
      if (instant) {
        printMetrics(lines, terminal, instant(end));
      } else {
        range(lines, terminal, start, end);
      }
    }
    if (stats) {
      shell.note(cost.text());
    }
    return 0;
  }

  /** Asks over the range; only the answer tells whether the query asks for lines or numbers. */
  private void range(LineOutput lines, Terminal terminal, long start, long end) {
    Progress progress = new Progress(shell.err(), !quiet && shell.isErrTerminal());
    LogPages pages =
        new LogPages(server, query, start, end, limit, forward, step, progress, this::look);
    Object first = pages.first();
    if (Json.text(first, "data", "resultType").equals("streams")) {
      Shell notes = quiet ? null : shell;
      LogPrinter printer = new LogPrinter(lines, output, terminal, !noLabels, notes);
      pages.forEach(printer::print);
    } else {
      printMetrics(lines, terminal, first);
    }
  }

  private void printGaps(Terminal terminal, long start, long end, long now) {
    Progress progress = new Progress(shell.err(), !quiet && shell.isErrTerminal());
    try (LineOutput lines = new LineOutput(shell.out())) {
      String note = new GapReport(server, progress, output, terminal, now).print(lines, start, end);
      if (!note.isEmpty() && !quiet) {
        shell.note(note);
      }
    }
  }

  private void tail(Terminal terminal, long start) {
    LineOutput lines = new LineOutput(shell.out());
    LogPrinter printer = new LogPrinter(lines, output, terminal, !noLabels, null);
    Consumer<List<LogEntry>> print =
        entries -> {
          printer.print(entries);
          lines.flush();
        };
    Consumer<String> notes =
        note -> {
          if (!quiet) {
            shell.note(Terminal.escaped(note));
          }
        };
    new LogTail(server, query, start, limit, delaySeconds, RETRY_PAUSE, print, notes).follow();
  }

  private List<Map.Entry<String, String>> explainParameters(long start, long end) {
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("query", query));
    parameters.add(Map.entry("format", "text"));
    parameters.add(Map.entry("analyze", Boolean.toString(analyze)));
    if (instant) {
      parameters.add(Map.entry("time", Long.toString(end)));
      return parameters;
    }
    parameters.add(Map.entry("start", Long.toString(start)));
    parameters.add(Map.entry("end", Long.toString(end)));
    parameters.add(Map.entry("direction", forward ? "forward" : "backward"));
    if (limit > 0) {
      parameters.add(Map.entry("limit", Integer.toString(limit)));
    }
    if (!step.isEmpty()) {
      parameters.add(Map.entry("step", step));
    }
    return parameters;
  }

  private Object instant(long end) {
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("query", query));
    parameters.add(Map.entry("time", Long.toString(end)));
    Object answer = server.get("/loki/api/v1/query", parameters);
    look(answer);
    return answer;
  }

  private void printMetrics(LineOutput lines, Terminal terminal, Object answer) {
    new MetricPrinter(lines, output, terminal).print(answer);
  }

  /** Takes from an answer what is not a result: the cost and the warnings. */
  private void look(Object answer) {
    cost.add(answer);
    if (!quiet) {
      Json.list(answer, "warnings")
          .forEach(warning -> shell.note("warning: " + Terminal.escaped(warning.toString())));
    }
  }
}

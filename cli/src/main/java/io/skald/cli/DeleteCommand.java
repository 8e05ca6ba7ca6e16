package io.skald.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks for entries to be deleted, lists what was asked, takes it back. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = "Delete entries: they are no longer found, once a request is made.",
    subcommands = {
      DeleteCommand.Create.class,
      DeleteCommand.ListAll.class,
      DeleteCommand.Cancel.class,
    })
final class DeleteCommand {
  private static final String PATH = "/loki/api/v1/delete";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Makes a request. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Ask for entries to be deleted; prints the id of the request.")
  static final class Create implements Callable<Integer> {
    @Mixin ServerConnection server = new ServerConnection();

    @Parameters(
        paramLabel = "QUERY",
        description = "Which entries: a log query, such as '{app=\"web\"} |= \"secret\"'.")
    String query = "";

    @Option(
        names = "--from",
        required = true,
        paramLabel = "TIME",
        description = "First entry: RFC 3339, Unix seconds, or nanoseconds.")
    String from = "";

    @Option(
        names = "--to",
        paramLabel = "TIME",
        description = "Last entry, included (default: now).")
    String to = "";

    private final Shell shell;

    Create(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      List<Map.Entry<String, String>> parameters = new ArrayList<>();
      parameters.add(Map.entry("query", query));
      parameters.add(Map.entry("start", time("--from", from)));
      if (!to.isEmpty()) {
        parameters.add(Map.entry("end", time("--to", to)));
      }
      String id = server.send("POST", PATH, parameters, "X-Delete-Request-Id");
      try (LineOutput lines = new LineOutput(shell.out())) {
        lines.line(id);
      }
      return 0;
    }

    private static String time(String option, String text) {
      long nanos = TimeRange.parseTime(option, text);
      return Instant.ofEpochSecond(
              Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
          .toString();
    }
  }

  /** Lists the requests. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the requests: id, status, first and last second, query.")
  static final class ListAll implements Callable<Integer> {
    @Mixin ServerConnection server = new ServerConnection();

    private final Shell shell;

    ListAll(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      List<Object> requests = Json.list(server.get(PATH, List.of()));
      try (LineOutput lines = new LineOutput(shell.out())) {
        requests.forEach(request -> lines.line(line(request)));
      }
      return 0;
    }

    private static String line(Object request) {
      return String.join(
          "\t",
          text(request, "request_id"),
          text(request, "status"),
          second(request, "start_time"),
          second(request, "end_time"),
          text(request, "query"));
    }

    private static String text(Object request, String name) {
      return Terminal.escaped(Json.text(request, name));
    }

    private static String second(Object request, String name) {
      return Instant.ofEpochSecond(Json.number(Json.text(request, name)).longValue()).toString();
    }
  }

  /** Takes a request back. */
  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = "Take requests back; entries that are still there are found again.")
  static final class Cancel implements Callable<Integer> {
    @Mixin ServerConnection server = new ServerConnection();

    @Parameters(arity = "1..*", paramLabel = "ID", description = "As 'skald delete list' shows it.")
    List<String> ids = List.of();

    @Option(names = "--force", description = "Also requests that are too old to be taken back.")
    boolean force;

    private final Shell shell;

    Cancel(Shell shell) {
      this.shell = shell;
    }

    @Override
    public Integer call() {
      try (LineOutput lines = new LineOutput(shell.out())) {
        for (String id : ids) {
          List<Map.Entry<String, String>> parameters = new ArrayList<>();
          parameters.add(Map.entry("request_id", id));
          if (force) {
            parameters.add(Map.entry("force", "true"));
          }
          server.send("DELETE", PATH, parameters, "");
          lines.line(id);
        }
      }
      return 0;
    }
  }
}

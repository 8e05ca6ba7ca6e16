package io.skald.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a log query, page by page. Going back, a page ends where the one before began plus
 * a nanosecond; going forward it begins at the last timestamp. What was seen at that timestamp is
 * dropped.
 */
final class LogPages {
  /** The most that a server gives at once by default. */
  private static final int PAGE = 5000;

  private final ServerConnection server;
  private final String query;
  private final int limit;
  private final boolean forward;
  private final String step;
  private final Progress progress;
  private final Consumer<Object> look;
  private long start;
  private long end;
  private @Nullable Object first;

  /** Entries at the timestamp where the last page ended. */
  private Set<LogEntry> atEdge = new HashSet<>();

  /**
   * @param limit the most entries; 0 for all
   * @param look is shown every answer
   */
  LogPages(
      ServerConnection server,
      String query,
      long start,
      long end,
      int limit,
      boolean forward,
      String step,
      Progress progress,
      Consumer<Object> look) {
    this.server = server;
    this.query = query;
    this.start = start;
    this.end = end;
    this.limit = limit == 0 ? Integer.MAX_VALUE : limit;
    this.forward = forward;
    this.step = step;
    this.progress = progress;
    this.look = look;
  }

  /** Returns the first answer, which may be that of a metric query. */
  Object first() {
    Object answer = ask(Math.min(PAGE, limit));
    first = answer;
    return answer;
  }

  private Object ask(int size) {
    List<Map.Entry<String, String>> parameters = new ArrayList<>();
    parameters.add(Map.entry("query", query));
    parameters.add(Map.entry("start", Long.toString(start)));
    parameters.add(Map.entry("end", Long.toString(end)));
    parameters.add(Map.entry("limit", Integer.toString(size)));
    parameters.add(Map.entry("direction", forward ? "forward" : "backward"));
    if (!step.isEmpty()) {
      parameters.add(Map.entry("step", step));
    }
    Object answer = server.get("/loki/api/v1/query_range", parameters);
    look.accept(answer);
    return answer;
  }

  /** Hands the pages on, each sorted in the direction of the query. */
  void forEach(Consumer<List<LogEntry>> printer) {
    long printed = 0;
    int size = Math.min(PAGE, limit);
    Object answer = first == null ? first() : first;
    while (true) {
      List<LogEntry> page = entries(answer);
      List<LogEntry> fresh = page.stream().filter(entry -> !atEdge.contains(entry)).toList();
      if (fresh.size() > limit - printed) {
        fresh = fresh.subList(0, (int) (limit - printed));
      }
      printed += fresh.size();
      progress.done();
      printer.accept(fresh);
      if (page.size() < size || printed >= limit) {
        return;
      }
      if (fresh.isEmpty()) {
        throw new RefusedException(
            "more than "
                + size
                + " lines have the timestamp "
                + page.getLast().timestampNanos()
                + "; narrow the query");
      }
      long edge = page.getLast().timestampNanos();
      atEdge = new HashSet<>(page.stream().filter(e -> e.timestampNanos() == edge).toList());
      if (forward) {
        start = edge;
      } else {
        end = edge + 1;
      }
      progress.lines(printed);
      size = (int) Math.min(PAGE, limit - printed + atEdge.size());
      answer = ask(size);
    }
  }

  private List<LogEntry> entries(Object answer) {
    List<LogEntry> entries = LogEntry.ofStreams(Json.list(answer, "data", "result"));
    Comparator<LogEntry> byTime = Comparator.comparingLong(LogEntry::timestampNanos);
    entries.sort(forward ? byTime : byTime.reversed());
    return entries;
  }
}

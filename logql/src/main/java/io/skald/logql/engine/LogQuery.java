package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.LogExpr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers log queries: visits blocks from the side where the answer begins, and stops as soon as no
 * further block can contribute.
 */
final class LogQuery {
  /** Candidates looked at in one go when an interval thins them out. */
  private static final int INTERVAL_BATCH = 4096;

  private final QueryContext context;
  private final QueryRequest request;
  private final ScanProfile profile;
  private final EntryStages stages;
  private final List<ScanUnit> units;

  /**
   * @param stages of the expression
   * @throws EntriesTooLargeException if the blocks do not fit into memory at a time
   */
  LogQuery(
      QueryContext context,
      QueryRequest request,
      LogExpr expression,
      ScanProfile profile,
      EntryStages stages) {
    this.context = context;
    this.request = request;
    this.profile = profile;
    this.stages = stages;
    long through = request.endNanos() - 1;
    this.units =
        request.startNanos() <= through
            ? ScanUnit.select(context, expression.selector(), request.startNanos(), through)
            : new ArrayList<>();
    // A block behind another one can only hold what is further on in the answer, or at its end.
    Comparator<ScanUnit> byTime =
        request.forward()
            ? Comparator.comparingLong(unit -> unit.block().minTimestamp())
            : Comparator.comparingLong((ScanUnit unit) -> unit.block().maxTimestamp()).reversed();
    units.sort(byTime);
    profile.selected(units);
  }

  /** Returns the entries of the answer, in its order. */
  List<LogEntry> entries() {
    List<LogEntry> entries =
        request.intervalNanos() > 0
            ? thinnedOut()
            : first(request.limit(), request.startNanos(), request.endNanos() - 1);
    profile.scanned();
    return entries;
  }

  /** Returns the labels of streams by the numbers that entries name them by. */
  Map<Integer, Labels> streams() {
    Map<Integer, Labels> streams = new HashMap<>();
    units.forEach(unit -> streams.put(unit.stream(), unit.labels()));
    return streams;
  }

  /** Gives back what its blocks take; they are not read any more. */
  void discard() {
    context.budget().release(ScanUnit.heldBytes(units));
    units.clear();
  }

  /** Returns the first entries, in the direction of the query, within inclusive bounds. */
  private List<LogEntry> first(int limit, long from, long through) {
    boolean forward = request.forward();
    if (stages.keepEveryEntry()) {
      long edge = AnswerEdge.of(units, forward, limit, from, through);
      List<LogEntry> near = forward ? scan(limit, from, edge) : scan(limit, edge, through);
      if (near.size() == limit || edge == (forward ? through : from)) {
        return near;
      }
      // Entries that an answer cannot tell apart stand in it once: there must be others.
      near.forEach(entry -> context.budget().release(entry.bytes()));
    }
    return scan(limit, from, through);
  }

  private List<LogEntry> scan(int limit, long from, long through) {
    FirstEntries result = new FirstEntries(request.forward(), limit, context.budget());
    context
        .crew()
        .run(
            units.size(),
            () -> new LogWorker(stages, request, context, result, from, through),
            (worker, unit) -> worker.scan(units.get(unit)));
    return result.inOrder();
  }

  /** Keeps entries that are at least the interval away from the one kept before. */
  private List<LogEntry> thinnedOut() {
    List<LogEntry> kept = new ArrayList<>();
    long from = request.startNanos();
    long through = request.endNanos() - 1;
    while (kept.size() < request.limit() && from <= through) {
      List<LogEntry> batch = first(INTERVAL_BATCH, from, through);
      for (LogEntry entry : batch) {
        long timestamp = entry.timestampNanos();
        boolean farEnough = request.forward() ? timestamp >= from : timestamp <= through;
        if (!farEnough || kept.size() == request.limit()) {
          context.budget().release(entry.bytes());
        } else {
          kept.add(entry);
          if (request.forward()) {
            from = Windows.saturatedAdd(timestamp, request.intervalNanos());
          } else {
            through = Windows.saturatedAdd(timestamp, -request.intervalNanos());
          }
        }
      }
      if (batch.size() < INTERVAL_BATCH) {
        break;
      }
      // Whatever was not kept at the time of the last candidate is too near to one that was.
      long last = batch.getLast().timestampNanos();
      if (request.forward()) {
        from = Math.max(from, last + 1);
      } else {
        through = Math.min(through, last - 1);
      }
    }
    return kept;
  }

  /** Returns entries as an answer shows them. */
  static QueryResult grouped(List<LogEntry> entries) {
    Map<Labels, List<QueryResult.Entry>> streams = new HashMap<>();
    for (LogEntry entry : entries) {
      streams
          .computeIfAbsent(entry.labels(), _ -> new ArrayList<>())
          .add(
              new QueryResult.Entry(
                  entry.timestampNanos(), entry.line(), entry.metadata(), entry.parsed()));
    }
    List<QueryResult.Stream> rows = new ArrayList<>(streams.size());
    streams.forEach((labels, lines) -> rows.add(new QueryResult.Stream(labels, lines)));
    rows.sort(Comparator.comparing(QueryResult.Stream::labels, LabelText.ORDER));
    return new QueryResult.Streams(rows);
  }
}

package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.logql.syntax.LogExpr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log query whose entries are read by several processes. Ranges of time are put together one by
 * one, from the side where the answer begins: as soon as there are enough entries the rest is not
 * waited for. Entries that an answer cannot tell apart have one timestamp, and so do those whose
 * order depends on their streams: both are of one range.
 */
final class LogPieces implements QueryFleet.Work {
  private final QueryFleet fleet;
  private final LogExpr expression;
  private final QueryRequest request;
  private final QueryContext context;
  private final List<LogEntry> result = new ArrayList<>();

  /** What is not in the result yet, by the first timestamp; in the order of the answer. */
  private final LinkedHashMap<Long, Span> spans = new LinkedHashMap<>();

  /** The pieces of one range of time. */
  private static final class Span {
    int missing;
    final List<Found> found = new ArrayList<>();
  }

  /**
   * The entries of a piece.
   *
   * @param streams the labels of their streams, by the numbers that entries name
   */
  record Found(List<LogEntry> entries, Map<Integer, Labels> streams) {
    byte[] written() {
      AnswerWriter out = new AnswerWriter();
      out.count(entries.size());
      for (LogEntry entry : entries) {
        out.signed(entry.timestampNanos());
        out.count(entry.stream());
        out.labels(streams.getOrDefault(entry.stream(), Labels.EMPTY));
        out.count(entry.arrival());
        out.count(entry.index());
        out.labels(entry.labels());
        out.labels(entry.metadata());
        out.labels(entry.parsed());
        out.bytes(entry.line());
      }
      return out.toByteArray();
    }

    /** Returns these entries and those of another range of time, whose streams get new numbers. */
    Found followedBy(Found further) {
      int next = 1 + streams.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1);
      Map<Integer, Labels> all = new HashMap<>(streams);
      further.streams.forEach((number, labels) -> all.put(next + number, labels));
      List<LogEntry> both = new ArrayList<>(entries);
      further.entries.forEach(entry -> both.add(entry.ofStream(next + entry.stream())));
      return new Found(both, all);
    }

    static Found read(byte[] answer, QueryContext context) {
      AnswerReader in = new AnswerReader(answer);
      int size = in.size(ENTRY_BYTES);
      List<LogEntry> entries = new ArrayList<>(size);
      Map<Integer, Labels> streams = new HashMap<>();
      for (int i = 0; i < size; i++) {
        long timestamp = in.signed();
        int stream = in.index();
        streams.put(stream, in.labels());
        LogEntry entry =
            new LogEntry(
                timestamp,
                stream,
                in.index(),
                in.index(),
                in.labels(),
                in.labels(),
                in.labels(),
                in.bytes());
        context.budget().take(entry.bytes());
        entries.add(entry);
      }
      in.end();
      return new Found(entries, streams);
    }
  }

  /** The least that an entry takes when it is written. */
  private static final int ENTRY_BYTES = 9;

  private LogPieces(
      QueryFleet fleet, LogExpr expression, QueryRequest request, QueryContext context) {
    this.fleet = fleet;
    this.expression = expression;
    this.request = request;
    this.context = context;
  }

  static QueryResult execute(QueryContext context, QueryRequest request, LogExpr expression) {
    QueryFleet fleet = context.fleet();
    boolean few =
        request.intervalNanos() > 0
            || request.startNanos() >= request.endNanos()
            || EntryStages.compile(expression.stages()).keepEveryEntry();
    return fleet == null || few
        ? alone(context, request, expression)
        : new LogPieces(fleet, expression, request, context).execute();
  }

  private QueryResult execute() {
    PieceTime time = new PieceTime(context.statistics());
    QueryPiece whole =
        new QueryPiece(request, request.startNanos(), request.endNanos() - 1, StreamShard.ALL, 0);
    List<QueryPiece> pieces =
        fleet.divide(
            whole,
            expression.selector(),
            request.forward()
                ? QueryFleet.Division.EARLIEST_FIRST
                : QueryFleet.Division.LATEST_FIRST,
            QueryFleet.Effort.LINES);
    time.planned();
    if (pieces.size() < 2) {
      return alone(context, request, expression);
    }
    for (QueryPiece piece : pieces) {
      spans.computeIfAbsent(piece.fromNanos(), _ -> new Span()).missing++;
    }
    // Often the nearest entries are enough: then nobody else is troubled.
    evaluate(pieces.getFirst());
    if (!isEnough()) {
      fleet.run(pieces.subList(1, pieces.size()), this);
    }
    time.scanned();
    return LogQuery.grouped(result);
  }

  @Override
  public void evaluate(QueryPiece piece) {
    Found found = evaluate(piece, expression, context.over(fleet.entries(piece)));
    add(piece, found);
  }

  /** Evaluates a piece. */
  static Found evaluate(QueryPiece piece, LogExpr expression, QueryContext context) {
    QueryRequest asked = piece.request();
    QueryRequest part =
        new QueryRequest(
            expression,
            piece.fromNanos(),
            piece.throughNanos() + 1,
            0,
            0,
            asked.limit(),
            asked.forward(),
            asked.categorizeLabels());
    ScanProfile profile = ScanProfile.of(context, expression);
    return found(context, part, expression, profile, stages(expression, profile));
  }

  private static EntryStages stages(LogExpr expression, ScanProfile profile) {
    return profile.begin(EntryStages.compile(expression.stages()));
  }

  private static QueryResult alone(QueryContext context, QueryRequest request, LogExpr expression) {
    ScanProfile profile = ScanProfile.of(context, expression);
    Found found = found(context, request, expression, profile, stages(expression, profile));
    QueryResult result = LogQuery.grouped(found.entries);
    profile.merged();
    return result;
  }

  /**
   * Reads entries, one range of time after the other if they do not fit into memory at a time; what
   * is behind those that are asked for is not read then.
   */
  private static Found found(
      QueryContext context,
      QueryRequest request,
      LogExpr expression,
      ScanProfile profile,
      EntryStages stages) {
    try {
      LogQuery query = new LogQuery(context, request, expression, profile, stages);
      Found found = new Found(query.entries(), query.streams());
      query.discard();
      return found;
    } catch (EntriesTooLargeException e) {
      if (request.intervalNanos() > 0) {
        throw e; // the next entry depends on the one before
      }
      long middle = e.cut(request.startNanos(), request.endNanos() - 1) + 1;
      QueryRequest early = request.between(request.startNanos(), middle);
      QueryRequest late = request.between(middle, request.endNanos());
      QueryRequest first = request.forward() ? early : late;
      Found near = found(context, first, expression, profile, stages);
      int missing = request.limit() - near.entries.size();
      if (missing == 0) {
        return near;
      }
      QueryRequest rest = (request.forward() ? late : early).withLimit(missing);
      return near.followedBy(found(context, rest, expression, profile, stages));
    }
  }

  @Override
  public void take(QueryPiece piece, byte[] answer) {
    add(piece, Found.read(answer, context));
  }

  private void add(QueryPiece piece, Found found) {
    Span span = spans.get(piece.fromNanos());
    if (span == null) {
      throw new IllegalStateException("a piece was evaluated that nobody asked for: " + piece);
    }
    span.found.add(found);
    span.missing--;
    while (!isEnough() && spans.firstEntry().getValue().missing == 0) {
      merge(spans.pollFirstEntry().getValue());
    }
  }

  /** Puts the entries of one range of time behind those there are. */
  private void merge(Span span) {
    TreeMap<Labels, Integer> numbers = new TreeMap<>(LabelText.ORDER);
    span.found.forEach(found -> found.streams.values().forEach(labels -> numbers.put(labels, 0)));
    int number = 0;
    for (Map.Entry<Labels, Integer> stream : numbers.entrySet()) {
      stream.setValue(number++);
    }
    FirstEntries first =
        new FirstEntries(request.forward(), request.limit() - result.size(), context.budget());
    for (Found found : span.found) {
      for (LogEntry entry : found.entries) {
        context.budget().release(entry.bytes());
        Labels stream = found.streams.getOrDefault(entry.stream(), Labels.EMPTY);
        first.offer(entry.ofStream(numbers.getOrDefault(stream, 0)));
      }
    }
    result.addAll(first.inOrder());
  }

  @Override
  public boolean isEnough() {
    return spans.isEmpty() || result.size() >= request.limit();
  }
}

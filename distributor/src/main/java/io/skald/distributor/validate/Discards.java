package io.skald.distributor.validate;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts what a push lost, by reason, and for some streams by stream. Confined to one thread. */
public final class Discards {
  /** Of so many pairs of stream and reason it is known which entries were lost. */
  private static final int MAX_STREAMS = 200;

  private final Map<DiscardReason, Count> counts = new EnumMap<>(DiscardReason.class);
  private final Map<Lost, Span> streams = new LinkedHashMap<>();

  private static final class Count {
    private long lines;
    private long bytes;
  }

  private record Lost(String stream, DiscardReason reason) {}

  private static final class Span {
    private long lines;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
  }

  void add(DiscardReason reason, long lines, long bytes) {
    Count count = counts.computeIfAbsent(reason, _ -> new Count());
    count.lines += lines;
    count.bytes += bytes;
  }

  /** Notes of which stream a line was, and of which time. */
  void addLine(String stream, DiscardReason reason, long timestampNanos) {
    Lost lost = new Lost(stream, reason);
    if (streams.size() >= MAX_STREAMS && !streams.containsKey(lost)) {
      return;
    }
    Span span = streams.computeIfAbsent(lost, _ -> new Span());
    span.lines++;
    span.first = Math.min(span.first, timestampNanos);
    span.last = Math.max(span.last, timestampNanos);
  }

  /** Calls {@code visitor} for every reason that has lines. */
  public void forEach(Visitor visitor) {
    counts.forEach((reason, count) -> visitor.visit(reason, count.lines, count.bytes));
  }

  /** Takes one reason's counts. */
  @FunctionalInterface
  public interface Visitor {
    void visit(DiscardReason reason, long lines, long bytes);
  }

  /** Calls {@code visitor} for every stream and reason, of pushes whose sender wants to know. */
  public void forEachStream(StreamVisitor visitor) {
    streams.forEach(
        (lost, span) -> visitor.visit(lost.stream, lost.reason, span.lines, span.first, span.last));
  }

  /** Takes what one stream lost for one reason; the times are the first and the last timestamp. */
  @FunctionalInterface
  public interface StreamVisitor {
    void visit(String stream, DiscardReason reason, long lines, long first, long last);
  }
}

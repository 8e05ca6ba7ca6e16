package io.skald.distributor.validate;

import java.util.EnumMap;
import java.util.Map;

/** Counts what a push lost, by reason. Confined to one thread. */
public final class Discards {
  private final Map<DiscardReason, Count> counts = new EnumMap<>(DiscardReason.class);

  private static final class Count {
    private long lines;
    private long bytes;
  }

  void add(DiscardReason reason, long lines, long bytes) {
    Count count = counts.computeIfAbsent(reason, _ -> new Count());
    count.lines += lines;
    count.bytes += bytes;
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
}

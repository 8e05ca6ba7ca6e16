package io.skald.distributor.validate;

/** Counts what a push lost, by reason. Confined to one thread. */
public final class Discards {
  private static final DiscardReason[] REASONS = DiscardReason.values();

  private final long[] lines = new long[REASONS.length];
  private final long[] bytes = new long[REASONS.length];

  void add(DiscardReason reason, long lineCount, long byteCount) {
    lines[reason.ordinal()] += lineCount;
    bytes[reason.ordinal()] += byteCount;
  }

  /** Calls {@code visitor} for every reason that has lines. */
  public void forEach(Visitor visitor) {
    for (DiscardReason reason : REASONS) {
      if (lines[reason.ordinal()] > 0) {
        visitor.visit(reason, lines[reason.ordinal()], bytes[reason.ordinal()]);
      }
    }
  }

  /** Takes one reason's counts. */
  @FunctionalInterface
  public interface Visitor {
    void visit(DiscardReason reason, long lines, long bytes);
  }
}

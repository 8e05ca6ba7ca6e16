package io.skald.logql.engine;

/** Takes the time of a query that is evaluated in pieces, as its own thread sees it. */
final class PieceTime {
  private final QueryStatistics statistics;
  private long last;
  private long taken;

  PieceTime(QueryStatistics statistics) {
    this.statistics = statistics;
    this.last = statistics.monotonicNanos();
  }

  /** Says that the query has been divided. */
  void planned() {
    long now = statistics.monotonicNanos();
    statistics.planNanos.add(now - last);
    last = now;
    taken = statistics.planNanos.sum() + statistics.scanNanos.sum();
  }

  /** Says that all pieces are done; those that were evaluated here have taken their time. */
  void scanned() {
    long here = statistics.planNanos.sum() + statistics.scanNanos.sum() - taken;
    statistics.scanNanos.add(Math.max(0, statistics.monotonicNanos() - last - here));
  }
}

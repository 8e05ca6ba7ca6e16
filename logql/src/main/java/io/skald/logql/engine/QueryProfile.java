package io.skald.logql.engine;

import io.skald.logql.syntax.Expr;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a query that is analysed has counted: one {@link ScanProfile} for each of its range
 * aggregations, or for the log query. Filled while the query runs, read afterwards.
 */
public final class QueryProfile {
  private final LongSupplier nanoTime;
  private final List<ScanProfile> scans = new ArrayList<>();
  private long peakMemoryBytes;
  private long startNanos;
  private long endNanos;

  /**
   * @param nanoTime a monotonic reading in nanoseconds
   */
  public QueryProfile(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  void started() {
    startNanos = nanoTime.getAsLong();
  }

  void ended(MemoryBudget budget) {
    endNanos = nanoTime.getAsLong();
    peakMemoryBytes = budget.peak();
  }

  ScanProfile add(Expr node, QueryStatistics statistics) {
    ScanProfile scan = new ScanProfile(node, nanoTime, statistics);
    scans.add(scan);
    return scan;
  }

  /** Returns what was counted for a node of the query, or null if it reads no log. */
  @SuppressWarnings("ReferenceEquality") // Two equal nodes of a query are scanned apart.
  @Nullable ScanProfile of(Expr node) {
    return scans.stream().filter(scan -> scan.node() == node).findFirst().orElse(null);
  }

  /** Returns the most memory that was accounted for at a time. */
  public long peakMemoryBytes() {
    return peakMemoryBytes;
  }

  /** Returns how long the evaluation took. */
  public long totalNanos() {
    return endNanos - startNanos;
  }
}

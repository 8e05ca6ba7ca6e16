package io.skald.logql.engine;

import io.skald.logql.pipeline.StageCounts;
import io.skald.logql.syntax.Expr;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The counts and times of one pass over a selector's blocks. Of a query that is not analysed only
 * the times are taken, for its statistics. Called by the thread that leads the query; the counts of
 * stages may be added to by all.
 */
final class ScanProfile {
  private final @Nullable Expr node;
  private final LongSupplier nanoTime;
  private final QueryStatistics statistics;
  private @Nullable StageCounts stages;
  private long streams;
  private long blocks;
  private long lines;
  private long lineBytes;
  private long last;
  private long selectNanos;
  private long scanNanos;
  private long mergeNanos;

  /**
   * @param node null if nothing is counted
   */
  ScanProfile(@Nullable Expr node, LongSupplier nanoTime, QueryStatistics statistics) {
    this.node = node;
    this.nanoTime = nanoTime;
    this.statistics = statistics;
    this.last = nanoTime.getAsLong();
  }

  static ScanProfile of(QueryContext context, Expr node) {
    QueryProfile profile = context.profile();
    QueryStatistics statistics = context.statistics();
    return profile == null
        ? new ScanProfile(null, statistics::monotonicNanos, statistics)
        : profile.add(node, statistics);
  }

  @Nullable Expr node() {
    return node;
  }

  /** Returns the stages to run: those given, or the same ones counting. */
  EntryStages begin(EntryStages compiled) {
    if (node == null) {
      return compiled;
    }
    StageCounts counts = compiled.pipeline().newCounts();
    stages = counts;
    return compiled.counted(counts);
  }

  void selected(List<ScanUnit> units) {
    long nanos = lap();
    selectNanos += nanos;
    statistics.planNanos.add(nanos);
    if (node == null) {
      return;
    }
    // Of ranges of time that are read apart, the same streams mostly.
    streams = Math.max(streams, units.stream().mapToInt(ScanUnit::stream).distinct().count());
    blocks += units.size();
    lines += units.stream().mapToLong(unit -> unit.block().size()).sum();
    lineBytes += units.stream().mapToLong(unit -> unit.block().lineBytes()).sum();
  }

  void scanned() {
    long nanos = lap();
    scanNanos += nanos;
    statistics.scanNanos.add(nanos);
  }

  void merged() {
    mergeNanos = lap();
  }

  private long lap() {
    long now = nanoTime.getAsLong();
    long nanos = now - last;
    last = now;
    return nanos;
  }

  List<StageCounts.Count> stageCounts() {
    return stages == null ? List.of() : stages.counts();
  }

  /** Returns the streams with a block in the time range. */
  long streams() {
    return streams;
  }

  long blocks() {
    return blocks;
  }

  /** Returns the entries of these blocks. */
  long lines() {
    return lines;
  }

  long lineBytes() {
    return lineBytes;
  }

  long selectNanos() {
    return selectNanos;
  }

  long scanNanos() {
    return scanNanos;
  }

  long mergeNanos() {
    return mergeNanos;
  }
}

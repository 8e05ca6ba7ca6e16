package io.skald.logql.engine;

import io.skald.logql.pipeline.StageCounts;
import io.skald.logql.syntax.Expr;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The counts and times of one pass over a selector's blocks. Of a query that is not analysed there
 * is {@link #NONE}, which does nothing. Called by the thread that leads the query; the counts of
 * stages may be added to by all.
 */
final class ScanProfile {
  static final ScanProfile NONE = new ScanProfile(null, () -> 0);

  private final @Nullable Expr node;
  private final LongSupplier nanoTime;
  private @Nullable StageCounts stages;
  private long streams;
  private long blocks;
  private long lines;
  private long lineBytes;
  private long last;
  private long selectNanos;
  private long scanNanos;
  private long mergeNanos;

  ScanProfile(@Nullable Expr node, LongSupplier nanoTime) {
    this.node = node;
    this.nanoTime = nanoTime;
    this.last = nanoTime.getAsLong();
  }

  static ScanProfile of(QueryContext context, Expr node) {
    QueryProfile profile = context.profile();
    return profile == null ? NONE : profile.add(node);
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
    if (node == null) {
      return;
    }
    selectNanos = lap();
    streams = units.stream().mapToInt(ScanUnit::stream).distinct().count();
    blocks = units.size();
    lines = units.stream().mapToLong(unit -> unit.block().size()).sum();
    lineBytes = units.stream().mapToLong(unit -> unit.block().lineBytes()).sum();
  }

  void scanned() {
    if (node != null) {
      scanNanos = lap();
    }
  }

  void merged() {
    if (node != null) {
      mergeNanos = lap();
    }
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

package io.skald.logql.engine;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What one query cost; added to by every thread that works for it. */
public final class QueryStatistics {
  /** Bytes of lines (and structured metadata) that stages looked at. */
  public final LongAdder processedBytes = new LongAdder();

  /** Entries that stages looked at. */
  public final LongAdder processedLines = new LongAdder();

  /** Entries that passed all stages. */
  public final LongAdder postFilterLines = new LongAdder();

  public final LongAdder structuredMetadataBytes = new LongAdder();
  public final LongAdder blocksTotal = new LongAdder();
  public final LongAdder blocksSkipped = new LongAdder();

  /** Line bytes of these blocks. */
  public final LongAdder bytesSkipped = new LongAdder();

  public final LongAdder compressedBytes = new LongAdder();
  public final LongAdder decompressedBytes = new LongAdder();
  public final LongAdder decompressedLines = new LongAdder();
  public final LongAdder chunks = new LongAdder();
  public final LongAdder streams = new LongAdder();
  public final LongAdder headBytes = new LongAdder();
  public final LongAdder headLines = new LongAdder();

  /** Parts of metric queries that the cache of results was asked for. */
  public final LongAdder resultsRequested = new LongAdder();

  /** Those that it had. */
  public final LongAdder resultsFound = new LongAdder();

  /** Those that were put into it. */
  public final LongAdder resultsStored = new LongAdder();

  /** Bytes of those that it had. */
  public final LongAdder resultBytesFound = new LongAdder();

  /** Bytes of those that were put into it. */
  public final LongAdder resultBytesStored = new LongAdder();

  /** Time between the first and last steps of those that it had. */
  public final LongAdder resultNanosFound = new LongAdder();

  /** Time for compiling stages and finding the blocks of selectors. */
  public final LongAdder planNanos = new LongAdder();

  /** Time for going through these blocks, until the last of them was done. */
  public final LongAdder scanNanos = new LongAdder();

  private final LongSupplier nanoTime;

  /** Statistics without times. */
  public QueryStatistics() {
    this(() -> 0);
  }

  /**
   * @param nanoTime a monotonic reading in nanoseconds
   */
  public QueryStatistics(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds a block that was not looked into. */
  void skipped(long lineBytes) {
    blocksSkipped.increment();
    bytesSkipped.add(lineBytes);
  }

  long monotonicNanos() {
    return nanoTime.getAsLong();
  }
}

package io.skald.logql.engine;

import java.util.concurrent.atomic.LongAdder;

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
  public final LongAdder compressedBytes = new LongAdder();
  public final LongAdder decompressedBytes = new LongAdder();
  public final LongAdder decompressedLines = new LongAdder();
  public final LongAdder chunks = new LongAdder();
  public final LongAdder streams = new LongAdder();
  public final LongAdder headBytes = new LongAdder();
  public final LongAdder headLines = new LongAdder();
}

package io.skald.storage.read;

import java.util.concurrent.atomic.LongAdder;

/** What reading chunks cost; added to by every thread that reads for one query. */
public final class ReadStatistics {
  /** Bytes fetched from the object store. */
  public final LongAdder fetchedBytes = new LongAdder();

  /** Stored size of the columns that were decoded. */
  public final LongAdder compressedBytes = new LongAdder();

  /** Line bytes that came out of decoded columns. */
  public final LongAdder decompressedBytes = new LongAdder();

  /** Entries of the blocks whose lines were decoded. */
  public final LongAdder decompressedLines = new LongAdder();

  /** Columns that were found decoded in a cache. */
  public final LongAdder cacheHits = new LongAdder();

  /** Blocks of opened chunks that lie outside the time range. */
  public final LongAdder blocksOutsideRange = new LongAdder();
}

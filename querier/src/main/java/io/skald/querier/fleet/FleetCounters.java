package io.skald.querier.fleet;

import java.util.concurrent.atomic.LongAdder;

/** What a querier has done with pieces of queries; added to by all its reads. */
public final class FleetCounters {
  /** Scans that were divided. */
  public final LongAdder dividedScans = new LongAdder();

  /** Pieces of queries of this process that it evaluated itself. */
  public final LongAdder ownPieces = new LongAdder();

  /** Pieces that were evaluated for it elsewhere. */
  public final LongAdder sentPieces = new LongAdder();

  /** Pieces that were given to another because the first one failed or refused. */
  public final LongAdder failedPieces = new LongAdder();

  /** Pieces that were evaluated here as well, because they took long elsewhere. */
  public final LongAdder latePieces = new LongAdder();

  /** Pieces that this process evaluated for others. */
  public final LongAdder servedPieces = new LongAdder();

  /** Pieces that it did not evaluate for others. */
  public final LongAdder refusedPieces = new LongAdder();
}

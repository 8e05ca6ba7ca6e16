package io.skald.logql.engine;

import io.skald.common.block.LogSource;
import org.jspecify.annotations.Nullable;

/**
 * What every part of the evaluation of one query shares.
 *
 * @param patient whether it may wait for other queries, which does not do for pieces: these would
 *     wait for each other
 * @param profile null unless the query is analysed
 * @param fleet has parts of it evaluated elsewhere; null if there is nobody
 */
record QueryContext(
    LogSource source,
    WorkCrew crew,
    QueryThreads threads,
    MemoryBudget budget,
    QueryStatistics statistics,
    Cancellation cancellation,
    boolean patient,
    @Nullable QueryProfile profile,
    @Nullable QueryFleet fleet) {
  /** Returns the same for what is evaluated here, over some of the entries. */
  QueryContext over(LogSource entries) {
    return new QueryContext(
        entries, crew, threads, budget, statistics, cancellation, patient, profile, null);
  }
}

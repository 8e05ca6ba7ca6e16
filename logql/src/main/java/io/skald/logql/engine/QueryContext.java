package io.skald.logql.engine;

import io.skald.common.block.LogSource;
import org.jspecify.annotations.Nullable;

/**
 * What every part of the evaluation of one query shares.
 *
 * @param profile null unless the query is analysed
 */
record QueryContext(
    LogSource source,
    WorkCrew crew,
    MemoryBudget budget,
    QueryStatistics statistics,
    Cancellation cancellation,
    @Nullable QueryProfile profile) {}

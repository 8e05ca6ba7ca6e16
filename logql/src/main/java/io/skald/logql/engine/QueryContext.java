package io.skald.logql.engine;

import io.skald.common.block.LogSource;

/** What every part of the evaluation of one query shares. */
record QueryContext(
    LogSource source,
    WorkCrew crew,
    MemoryBudget budget,
    QueryStatistics statistics,
    Cancellation cancellation) {}

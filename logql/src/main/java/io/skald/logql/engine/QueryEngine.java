package io.skald.logql.engine;

import io.skald.common.block.LogSource;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.MetricExpr;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates queries over a source of blocks. Keeps nothing between queries; thread-safe.
 *
 * <p>The answer is a function of the entries and the query: how entries are cut into blocks, and
 * how many threads read them, does not show.
 */
public final class QueryEngine {
  private final EngineLimits limits;
  private final QueryThreads threads;
  private final WorkCrew crew;
  private final QueryMemory memory;

  /**
   * @param limits what a query may use, unless the call says otherwise
   * @param executor runs the threads that read blocks beside the calling one; may refuse
   * @param parallelism how many threads read blocks for one query, the calling one included
   */
  public QueryEngine(EngineLimits limits, Executor executor, int parallelism) {
    this(limits, QueryThreads.of(executor), parallelism);
  }

  /** As the other one, with threads that let others go first. */
  public QueryEngine(EngineLimits limits, QueryThreads threads, int parallelism) {
    this(limits, threads, parallelism, QueryMemory.unbounded());
  }

  /**
   * As the other ones, for a process with more queries.
   *
   * @param memory shared by all engines
   */
  public QueryEngine(
      EngineLimits limits, QueryThreads threads, int parallelism, QueryMemory memory) {
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism must be at least 1: " + parallelism);
    }
    this.limits = limits;
    this.threads = threads;
    this.crew = new WorkCrew(threads, parallelism);
    this.memory = memory;
  }

  /** As {@link #execute(QueryRequest, LogSource, EngineLimits, QueryStatistics, Cancellation)}. */
  public QueryResult execute(
      QueryRequest request,
      LogSource source,
      QueryStatistics statistics,
      Cancellation cancellation) {
    return execute(request, source, limits, statistics, cancellation);
  }

  /**
   * Evaluates a query on the calling thread and those of the executor.
   *
   * @param queryLimits what this query may use, for tenants with limits of their own
   * @throws io.skald.logql.syntax.ParseException if a stage cannot be compiled
   * @throws QueryException if the query has no answer, or goes beyond a limit
   * @throws QueryCancelledException if {@code cancellation} ended it
   * @throws io.skald.common.block.StorageException if data could not be read
   */
  public QueryResult execute(
      QueryRequest request,
      LogSource source,
      EngineLimits queryLimits,
      QueryStatistics statistics,
      Cancellation cancellation) {
    return execute(request, source, queryLimits, statistics, cancellation, null, null);
  }

  /**
   * As the others, with parts of the query evaluated elsewhere if that is worth it.
   *
   * @param fleet null if there is nobody
   */
  public QueryResult execute(
      QueryRequest request,
      LogSource source,
      @Nullable QueryFleet fleet,
      QueryStatistics statistics,
      Cancellation cancellation) {
    return execute(request, source, limits, statistics, cancellation, null, fleet);
  }

  /**
   * Evaluates a piece of a query that another process leads.
   *
   * @param source the entries of the piece and no others
   * @return what that process takes in {@link QueryFleet.Work#take}
   * @throws IllegalArgumentException if this is no piece
   * @throws QueryException and the others as {@link #execute(QueryRequest, LogSource, EngineLimits,
   *     QueryStatistics, Cancellation)}
   */
  public byte[] evaluate(
      QueryPiece piece, LogSource source, QueryStatistics statistics, Cancellation cancellation) {
    try (MemoryBudget budget = budget(limits)) {
      QueryContext context = context(source, budget, statistics, cancellation, false, null, null);
      return piece.request().expression() instanceof LogExpr log
          ? LogPieces.evaluate(piece, log, context).written()
          : RangePieces.evaluate(piece, context);
    }
  }

  /**
   * Evaluates a piece of whole windows to the values of its steps.
   *
   * @return what {@link KeptSteps.Work#take} reads
   * @throws IllegalArgumentException if this is no such piece
   * @throws QueryException and the others as {@link #execute(QueryRequest, LogSource, EngineLimits,
   *     QueryStatistics, Cancellation)}
   */
  public byte[] evaluateSteps(
      QueryPiece piece, LogSource source, QueryStatistics statistics, Cancellation cancellation) {
    try (MemoryBudget budget = budget(limits)) {
      return KeptRange.evaluate(
          piece, context(source, budget, statistics, cancellation, false, null, null));
    }
  }

  /** Describes how a query would be evaluated; reads nothing. */
  public PlanNode explain(QueryRequest request) {
    return new QueryPlanner(request, limits, null).plan();
  }

  /**
   * Evaluates a query and describes how that went: counts of every stage and the time of every
   * phase. Stages run one by one and line by line for that, so it takes longer than the query
   * itself; blocks are skipped and read as ever.
   *
   * @param profile a new one
   * @throws QueryException and the others as {@link #execute(QueryRequest, LogSource, EngineLimits,
   *     QueryStatistics, Cancellation)}
   */
  public PlanNode analyze(
      QueryRequest request,
      LogSource source,
      QueryStatistics statistics,
      Cancellation cancellation,
      QueryProfile profile) {
    execute(request, source, limits, statistics, cancellation, profile, null);
    return new QueryPlanner(request, limits, profile).plan();
  }

  private QueryResult execute(
      QueryRequest request,
      LogSource source,
      EngineLimits queryLimits,
      QueryStatistics statistics,
      Cancellation cancellation,
      @Nullable QueryProfile profile,
      @Nullable QueryFleet fleet) {
    try (MemoryBudget budget = budget(queryLimits)) {
      QueryContext context =
          context(source, budget, statistics, cancellation, true, profile, fleet);
      if (profile != null) {
        profile.started();
      }
      QueryResult result = evaluate(context, request, queryLimits);
      if (profile != null) {
        profile.ended(budget);
      }
      return result;
    }
  }

  private MemoryBudget budget(EngineLimits queryLimits) {
    return new MemoryBudget(queryLimits.maxMemoryBytes(), memory);
  }

  private QueryContext context(
      LogSource source,
      MemoryBudget budget,
      QueryStatistics statistics,
      Cancellation cancellation,
      boolean patient,
      @Nullable QueryProfile profile,
      @Nullable QueryFleet fleet) {
    cancellation.check();
    return new QueryContext(
        source,
        crew,
        threads,
        budget,
        statistics,
        cancellation.pausing(threads::pause),
        patient,
        profile,
        fleet);
  }

  private static QueryResult evaluate(
      QueryContext context, QueryRequest request, EngineLimits queryLimits) {
    return switch (request.expression()) {
      case LogExpr log -> LogPieces.execute(context, request, log);
      case MetricExpr metric -> new MetricQuery(context, queryLimits).execute(metric, request);
      case Expr.Variants _ ->
          throw new QueryException(400, "multi variant queries are disabled for this instance");
    };
  }
}

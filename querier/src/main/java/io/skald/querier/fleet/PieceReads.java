package io.skald.querier.fleet;

import io.skald.common.block.LogSource;
import io.skald.common.block.SlicedSource;
import io.skald.common.block.StorageException;
import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.fleet.PieceResult;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryCancelledException;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryPiece;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.DataVersion;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.TimeRange;
import io.skald.querier.turn.FairTurns;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Evaluates pieces of queries for other queriers, in the turn of the tenant. */
public final class PieceReads implements PieceEvaluator {
  private static final int FAILED = 500;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int UNAVAILABLE = 503;

  private final QueryData data;
  private final QueryMemory memory;
  private final BiFunction<Limits, QueryThreads, QueryEngine> engines;
  private final TenantLimits limits;
  private final FairTurns turns;
  private final BooleanSupplier ready;
  private final FleetCounters counters;
  private final @Nullable ResultCache cache;
  private final Clock clock;

  /**
   * @param memory what all queries of the process hold
   * @param engines makes the engine that works under a tenant's limits
   * @param ready whether all acknowledged entries can be read
   * @param cache null keeps no results
   */
  public PieceReads(
      QueryData data,
      QueryMemory memory,
      BiFunction<Limits, QueryThreads, QueryEngine> engines,
      TenantLimits limits,
      FairTurns turns,
      BooleanSupplier ready,
      FleetCounters counters,
      @Nullable ResultCache cache,
      Clock clock) {
    this.data = data;
    this.memory = memory;
    this.engines = engines;
    this.limits = limits;
    this.turns = turns;
    this.ready = ready;
    this.counters = counters;
    this.cache = cache;
    this.clock = clock;
  }

  @Override
  public PieceResult evaluate(PieceCall call, long remainingNanos, BooleanSupplier gone) {
    try {
      if (!ready.getAsBoolean()) {
        throw new QueryException(UNAVAILABLE, "the log is being replayed");
      }
      PieceResult result = answer(call, remainingNanos, gone);
      counters.servedPieces.increment();
      return result;
    } catch (QueryCancelledException e) {
      throw failure(e.status(), e); // the one who asked has enough
    } catch (QueryException e) {
      counters.refusedPieces.increment();
      throw failure(e.status(), e);
    } catch (StorageException e) {
      counters.refusedPieces.increment();
      throw failure(FAILED, e);
    } catch (RejectedExecutionException e) {
      counters.refusedPieces.increment();
      throw new PieceFailedException(UNAVAILABLE, "this querier is stopping", e);
    } catch (ParseException | IllegalArgumentException e) {
      // Whoever asks has read this query: it is of another version.
      counters.refusedPieces.increment();
      throw failure(NOT_IMPLEMENTED, e);
    }
  }

  private static PieceFailedException failure(int status, RuntimeException cause) {
    return new PieceFailedException(status, String.valueOf(cause.getMessage()), cause);
  }

  private PieceResult answer(PieceCall call, long remainingNanos, BooleanSupplier gone) {
    QueryPiece piece = piece(call);
    ReadTenants tenants = new ReadTenants(call.tenants(), call.federated());
    Duration time =
        remainingNanos == Long.MAX_VALUE
            ? Duration.ZERO
            : Duration.ofNanos(Math.max(1, remainingNanos));
    Cancellation cancellation = Cancellation.until(clock, time, gone);
    QueryStatistics statistics = new QueryStatistics();
    ReadStatistics reads = new ReadStatistics();
    LogSource entries = entries(data, tenants, piece, statistics, reads);
    Supplier<byte[]> evaluation =
        () ->
            turns.runPiece(
                tenants.key(),
                call.expectedNanos(),
                turn -> {
                  QueryEngine engine = engines.apply(limits.strictest(tenants.ids()), turn);
                  return call.dataVersion().isEmpty()
                      ? engine.evaluate(piece, entries, statistics, cancellation)
                      : engine.evaluateSteps(piece, entries, statistics, cancellation);
                });
    byte[] answer =
        cache == null || call.dataVersion().isEmpty()
            ? evaluation.get()
            : cache.answer(
                call, statistics, () -> version(tenants, piece, cancellation), evaluation);
    return new PieceResult(answer, new CountedStatistics(statistics, reads).toMap());
  }

  private DataVersion version(ReadTenants tenants, QueryPiece piece, Cancellation cancellation) {
    TimeRange range = new TimeRange(piece.fromNanos(), piece.throughNanos());
    return memory.read(
        QueryThreads.of(Runnable::run),
        cancellation,
        false,
        room -> data.version(tenants, piece.selector(), range, room));
  }

  private static QueryPiece piece(PieceCall call) {
    QueryRequest request =
        new QueryRequest(
            Parser.parse(call.query()),
            call.startNanos(),
            call.endNanos(),
            call.stepNanos(),
            0,
            call.limit(),
            call.forward(),
            call.categorizeLabels());
    return new QueryPiece(
        request, call.fromNanos(), call.throughNanos(), call.shard(), call.maxSeries());
  }

  /** Returns the entries of a piece and no others. */
  static LogSource entries(
      QueryData data,
      ReadTenants tenants,
      QueryPiece piece,
      QueryStatistics statistics,
      ReadStatistics reads) {
    return new SlicedSource(
        data.entries(tenants, piece.shard(), statistics, reads),
        piece.fromNanos(),
        piece.throughNanos());
  }
}

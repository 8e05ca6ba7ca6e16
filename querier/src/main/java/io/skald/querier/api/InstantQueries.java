package io.skald.querier.api;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryResult;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.turn.FairTurns;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Queries of the process itself, like those of rules: in the tenant's turn and under its limits, as
 * if the tenant had asked.
 */
public final class InstantQueries {
  private final QueryApi api;
  private final FairTurns turns;
  private final BooleanSupplier stopped;
  private final ReadObserver observer;
  private final Clock clock;

  /**
   * @param stopped ends queries that are under way
   * @param observer hears of every query
   */
  public InstantQueries(
      QueryApi api, FairTurns turns, BooleanSupplier stopped, ReadObserver observer, Clock clock) {
    this.api = api;
    this.turns = turns;
    this.stopped = stopped;
    this.observer = observer;
    this.clock = clock;
  }

  /**
   * Evaluates a query at one instant and waits for it.
   *
   * @throws io.skald.logql.engine.QueryException if it has no answer, or goes beyond a limit
   * @throws io.skald.common.block.StorageException if data could not be read
   */
  public QueryResult at(TenantId tenant, String query, long timeNanos) {
    ReadTenants asking = ReadTenants.of(tenant);
    ReadMeter meter = new ReadMeter(clock);
    int status = 500;
    try {
      QueryResult result = at(asking, query, timeNanos, meter);
      status = 200;
      return result;
    } catch (QueryException e) {
      status = e.status();
      throw e;
    } finally {
      observer.finished(meter.finishRule(asking, query, status));
    }
  }

  private QueryResult at(ReadTenants asking, String query, long timeNanos, ReadMeter meter) {
    Cancellation cancellation = api.cancellation(asking, stopped);
    return turns.run(
        asking.key(),
        cancellation,
        turn -> {
          meter.queued(turn.queueNanos());
          ReadRequest request =
              new ReadRequest(
                  name -> name.equals("query") ? List.of(query) : List.of(),
                  List.of(),
                  true,
                  cancellation,
                  turn,
                  meter);
          return api.instant(asking, request, timeNanos);
        });
  }
}

package io.skald.tests.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.limits.Limits;
import io.skald.common.model.TenantId;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.Parser;
import io.skald.querier.fleet.Fleet;
import io.skald.querier.fleet.FleetConfig;
import io.skald.querier.fleet.FleetCounters;
import io.skald.querier.fleet.PieceReads;
import io.skald.querier.fleet.ResultCache;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.turn.FairTurns;
import io.skald.querier.turn.TurnConfig;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.read.ReadStatistics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queriers that share a cache of results, over a real ingester, store and index. */
class KeptResultsTest {
  private static final long SECOND = RandomData.SECOND;
  private static final Duration FRESHNESS = Duration.ofSeconds(RandomData.SECONDS);
  private static final long CACHE_BYTES = 1 << 20;

  private final Clock clock = new Stack.FixedClock();
  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);
  private final List<Querier> queriers = new ArrayList<>();
  private final QueryStatistics found = new QueryStatistics();
  private Stack stack;

  /** One of the queriers; the others ask it unless it is dead. */
  private final class Querier {
    private final String id = "querier-" + queriers.size();
    private final ResultCache cache = new ResultCache(CACHE_BYTES);
    private final FairTurns turns = new FairTurns(new TurnConfig(2, 16, 100), clock);
    private final Fleet fleet =
        new Fleet(
            KeptResultsTest.this::ring,
            id,
            KeptResultsTest.this::peer,
            stack.data(),
            QueryMemory.unbounded(),
            new FleetConfig(1L << 40, Duration.ZERO, FleetConfig.LATE_AFTER),
            new FleetCounters(),
            cache,
            clock);
    private final PieceReads pieces =
        new PieceReads(
            stack.data(),
            QueryMemory.unbounded(),
            (_, threads) -> new QueryEngine(EngineLimits.defaults(), threads, 1),
            _ -> Limits.DEFAULTS,
            turns,
            () -> true,
            new FleetCounters(),
            cache,
            clock);
    private boolean dead;
    private int asked;

    private Instance member() {
      return new Instance(id, id + ":1", "", Instance.State.ACTIVE, List.of(), 1, true);
    }
  }

  @BeforeEach
  void start(@TempDir Path directory) {
    stack = new Stack(directory);
    for (int i = 0; i < 3; i++) {
      queriers.add(new Querier());
    }
  }

  @AfterEach
  void close() {
    queriers.forEach(querier -> querier.turns.close());
    stack.close();
  }

  private Ring ring() {
    return new Ring(queriers.stream().map(Querier::member).toList());
  }

  private PieceEvaluator peer(Instance instance) {
    Querier querier =
        queriers.stream().filter(one -> one.id.equals(instance.id())).findAny().orElseThrow();
    return (call, remaining, gone) -> {
      querier.asked++;
      if (querier.dead) {
        throw new PieceFailedException(503, "it is dead", new IllegalStateException());
      }
      return querier.pieces.evaluate(call, remaining, gone);
    };
  }

  private static QueryRequest request(String query, long startSecond, int steps, int step) {
    long start = (RandomData.START / SECOND + startSecond) / step * step * SECOND;
    return new QueryRequest(
        Parser.parse(query),
        start,
        start + steps * step * SECOND,
        step * SECOND,
        0,
        100,
        false,
        false);
  }

  private String direct(TenantId tenant, QueryRequest request) {
    return answer(tenant, request, null, new QueryStatistics());
  }

  private String cached(TenantId tenant, QueryRequest request, Querier querier) {
    QueryFleet fleet =
        querier.fleet.of(
            ReadTenants.of(tenant),
            Long.MIN_VALUE,
            FRESHNESS,
            found,
            new ReadStatistics(),
            QueryThreads.of(Runnable::run),
            Cancellation.none());
    assertThat(fleet).isNotNull();
    return answer(tenant, request, fleet, found);
  }

  private String answer(
      TenantId tenant,
      QueryRequest request,
      @Nullable QueryFleet fleet,
      QueryStatistics statistics) {
    try {
      return Round.text(
          engine.execute(
              request,
              stack.data().entries(ReadTenants.of(tenant), statistics, new ReadStatistics()),
              fleet,
              statistics,
              Cancellation.none()));
    } catch (QueryException e) {
      return "failed with " + e.status();
    }
  }

  private void assertSame(TenantId tenant, QueryRequest request, Querier querier) {
    assertThat(cached(tenant, request, querier))
        .as("%s of %s", request, tenant)
        .isEqualTo(direct(tenant, request));
  }

  /** Some entries at any time of the range: most are late. */
  private static List<PlainEntry> entries(SplittableRandom random, int count) {
    List<PlainEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(
          new PlainEntry(
              Map.of("app", "a" + random.nextInt(3), "pod", "p" + random.nextInt(2)),
              RandomData.START + random.nextLong(RandomData.SECONDS * SECOND),
              "level=" + (random.nextBoolean() ? "info" : "error") + " n=" + random.nextInt(1000),
              Map.of(),
              i));
    }
    return entries;
  }

  /** Short windows, so many parts. */
  private static final String OFTEN = "sum by (app) (count_over_time({app=~\"a.+\"}[5s]))";

  private static final List<String> QUERIES =
      List.of(
          "sum by (app) (count_over_time({app=~\"a.+\"}[30s]))",
          "rate({app=\"a1\"} |= \"error\" [1m])",
          "sum(sum_over_time({app=~\"a.+\"} | logfmt | unwrap n [20s])) / 3",
          "quantile_over_time(0.9, {app=\"a2\"} | logfmt | unwrap n [45s]) by (pod)",
          "absent_over_time({app=\"a0\", pod=\"p1\"}[15s])",
          "max(last_over_time({app=\"a0\"} | logfmt | unwrap n [30s] offset 10s)) by (pod)");

  @Test
  void answers_whileEntriesComeLateAndAreDeleted_equalThoseWithoutCache() {
    for (int seed = 1; seed <= 12; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TenantId tenant = new TenantId("t" + seed);
      stack.push(tenant, entries(random, 300));
      stack.flush();
      List<String> deletes = new ArrayList<>();
      for (int round = 0; round < 25; round++) {
        switch (random.nextInt(8)) {
          case 0 -> stack.push(tenant, entries(random, 1 + random.nextInt(4)));
          case 1 -> stack.flush();
          case 2 -> {
            String id = "d" + round;
            long start = RandomData.START + random.nextInt(RandomData.SECONDS) * SECOND;
            stack
                .deletes()
                .add(
                    tenant,
                    new DeleteRequest(
                        id, "{app=\"a1\"} |= \"error\"", start, start + 60 * SECOND, 0));
            deletes.add(id);
          }
          case 3 -> {
            if (!deletes.isEmpty()) {
              stack.deletes().remove(tenant, deletes.removeLast());
            }
          }
          default -> {}
        }
        Querier querier = queriers.get(random.nextInt(queriers.size()));
        String query = QUERIES.get(random.nextInt(QUERIES.size()));
        assertSame(tenant, request(query, 5 * random.nextInt(4), 90, 5), querier);
      }
    }
    assertThat(found.resultsFound.sum()).isGreaterThan(100);
    assertThat(found.resultsStored.sum()).isGreaterThan(100);
    assertThat(found.resultsRequested.sum())
        .isGreaterThanOrEqualTo(found.resultsFound.sum() + found.resultsStored.sum());
    for (Querier querier : queriers) {
      assertThat(querier.cache.statistics().bytes()).isBetween(1L, CACHE_BYTES);
    }
  }

  @Test
  void query_askedOfAnotherQuerier_findsWhatTheFirstHadEvaluated() {
    TenantId tenant = new TenantId("shared");
    stack.push(tenant, entries(new SplittableRandom(1), 300));
    stack.flush();
    QueryRequest request = request(OFTEN, 0, 96, 5);

    assertSame(tenant, request, queriers.get(0));
    assertThat(found.resultsFound.sum()).isZero();
    long stored = found.resultsStored.sum();
    assertThat(stored).isGreaterThanOrEqualTo(10);
    assertSame(tenant, request, queriers.get(1));
    assertThat(found.resultsFound.sum()).isEqualTo(stored);
    assertThat(found.resultsStored.sum()).isEqualTo(stored);
    assertThat(queriers).allSatisfy(one -> assertThat(one.cache.statistics().bytes()).isPositive());
  }

  @Test
  void query_ownerDead_isAnsweredAndTheOwnerIsLeftAlone() {
    TenantId tenant = new TenantId("dead");
    stack.push(tenant, entries(new SplittableRandom(2), 300));
    stack.flush();
    QueryRequest request = request(OFTEN, 0, 96, 5);
    Querier dead = queriers.get(2);
    dead.dead = true;

    assertSame(tenant, request, queriers.get(0));
    assertThat(dead.asked).isEqualTo(1);
    assertSame(tenant, request, queriers.get(0));
    assertThat(dead.asked).as("asked again").isEqualTo(1);
    assertThat(found.resultsFound.sum()).isPositive();
  }

  @Test
  void query_sameOfTwoTenants_findsEachItsOwn() {
    TenantId one = new TenantId("one");
    TenantId other = new TenantId("other");
    stack.push(one, entries(new SplittableRandom(3), 200));
    stack.push(other, entries(new SplittableRandom(4), 200));
    stack.flush();
    QueryRequest request = request(OFTEN, 0, 96, 5);

    assertSame(one, request, queriers.get(0));
    assertSame(other, request, queriers.get(0));

    assertThat(found.resultsFound.sum()).isZero();
    assertThat(direct(one, request)).isNotEqualTo(direct(other, request));
  }

  @Test
  void query_entriesInMemory_areNotKept() {
    TenantId tenant = new TenantId("memory");
    stack.push(tenant, entries(new SplittableRandom(5), 300));
    QueryRequest request = request(OFTEN, 0, 96, 5);

    assertSame(tenant, request, queriers.get(0));
    assertSame(tenant, request, queriers.get(0));

    assertThat(found.resultsRequested.sum()).isZero();
  }
}

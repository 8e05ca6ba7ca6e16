package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.HeldBlock;
import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One that would wait for ever fails. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QueryMemoryTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MIB = 1 << 20;

  /** Entries may fill seven tenths of it: 67 MiB, 6 blocks. */
  private static final long LIMIT = 96 * MIB;

  private static final Labels STREAM = Labels.of("app", "x");
  private static final long BLOCK_BYTES = 10 * MIB;
  private static final String QUERY = "sum(count_over_time({app=~`.+`}[1h]))";

  private final QueryMemory memory = new QueryMemory(LIMIT, Clock.system());

  /** Blocks that are sent: each takes room, which is counted. */
  private final class SentSource implements LogSource {
    private final MemorySource source;
    private final AtomicInteger selections = new AtomicInteger();
    private final long blockBytes;
    private volatile long lastFromNanos;
    private volatile Runnable sent = () -> {};

    SentSource(MemorySource source, long blockBytes) {
      this.source = source;
      this.blockBytes = blockBytes;
    }

    @Override
    public List<StreamBlocks> select(
        List<LabelMatcher> matchers, long fromNanos, long throughNanos, ReadRoom room) {
      selections.incrementAndGet();
      lastFromNanos = fromNanos;
      List<StreamBlocks> streams = new ArrayList<>();
      List<StreamBlocks> all = source.select(matchers, fromNanos, throughNanos, room);
      all.stream()
          .flatMap(stream -> stream.blocks().stream())
          .forEach(block -> room.entriesBetween(block.minTimestamp(), block.maxTimestamp()));
      for (StreamBlocks stream : all) {
        List<BlockView> blocks = new ArrayList<>();
        for (BlockView block : stream.blocks()) {
          if (block.minTimestamp() <= throughNanos && block.maxTimestamp() >= fromNanos) {
            room.take(blockBytes);
            assertThat(memory.heldBytes()).isLessThanOrEqualTo(LIMIT);
            blocks.add(new HeldBlock(block, blockBytes));
          }
        }
        if (!blocks.isEmpty()) {
          streams.add(new StreamBlocks(stream.labels(), blocks));
        }
      }
      sent.run();
      return streams;
    }
  }

  private SentSource blocks(int count) {
    MemorySource source = MemorySource.ofBlocks(1);
    for (int i = 0; i < count; i++) {
      source.add(STREAM, (1 + i) * SECOND, "line " + i);
    }
    return new SentSource(source, BLOCK_BYTES);
  }

  /** Returns blocks that take all memory, and tells so, until the end. */
  private SentSource holding(CountDownLatch held, CountDownLatch end) {
    SentSource source = blocks(6);
    source.sent =
        () -> {
          held.countDown();
          await(end);
        };
    return source;
  }

  /** Returns one that never cancels, and has something done whenever it is asked. */
  private static Cancellation looking(Runnable look) {
    return Cancellation.until(
        Clock.system(),
        Duration.ZERO,
        () -> {
          look.run();
          return false;
        });
  }

  private QueryEngine engine() {
    return new QueryEngine(
        new EngineLimits(0, 1L << 40, true), QueryThreads.of(Runnable::run), 1, memory);
  }

  private static QueryRequest request(String query, boolean forward, int limit) {
    var expression = Parser.parse(query);
    long end = 200 * SECOND;
    return expression instanceof LogExpr
        ? new QueryRequest(expression, 0, end, 0, 0, limit, forward, false)
        : new QueryRequest(expression, 50 * SECOND, end, 10 * SECOND, 0, limit, forward, false);
  }

  private QueryResult run(String query, LogSource source, Cancellation cancellation) {
    return engine().execute(request(query, true, 100), source, new QueryStatistics(), cancellation);
  }

  /** The seeds cut the entries into blocks, fewer of which fit into memory than there are. */
  @ParameterizedTest
  @CsvSource({
    "count_over_time({app=~`.+`}[50s]), 1",
    "count_over_time({app=~`.+`}[5s]), 2",
    "sum by (app) (bytes_rate({app=~`.+`} |= `a` [70s])), 3",
    "avg_over_time({app=~`.+`} | logfmt | __error__=`` | unwrap v | __error__=`` [90s]), 4",
    "first_over_time({app=~`.+`} | logfmt | unwrap v | __error__=`` [90s]) by (pod), 5",
    "last_over_time({app=~`.+`} | logfmt | unwrap v | __error__=`` [90s]) by (pod), 6",
    "rate_counter({app=~`.+`} | logfmt | unwrap v | __error__=`` [90s]), 7",
    "'quantile_over_time(0.7, {app=~`.+`} | logfmt | unwrap v | __error__=`` [90s]) by (k)', 8",
    "stddev_over_time({app=~`.+`} | logfmt | unwrap v | __error__=`` [90s]) by (k), 8",
    "count_over_time({app=~`.+`}[50s]) / count_over_time({app=~`.+`}[3m] offset 20s), 9",
    "{app=~`.+`}, 10",
    "{app=~`.+`} |= `a`, 11",
    "{app=~`.+`} | logfmt | v > 3, 12",
  })
  void entries_moreThanFit_areReadPartByPartWithTheSameAnswer(String query, long seed) {
    MemorySource entries = new RandomEntries(seed, 400).source(() -> 5);
    QueryEngine whole = new QueryEngine(new EngineLimits(0, 1L << 40, true), Runnable::run, 1);
    for (boolean forward : new boolean[] {true, false}) {
      for (int limit : new int[] {5, 100, 1000}) {
        QueryRequest request = request(query, forward, limit);
        SentSource sent = new SentSource(entries, 2 * MIB);

        QueryResult result =
            engine().execute(request, sent, new QueryStatistics(), Cancellation.none());

        assertThat(sent.selections.get()).as("selections").isGreaterThan(1);
        assertThat(result)
            .usingRecursiveComparison()
            .isEqualTo(whole.execute(request, entries, new QueryStatistics(), Cancellation.none()));
        assertThat(memory.heldBytes()).isZero();
      }
    }
  }

  @Test
  void logQuery_enoughAtTheEdge_doesNotReadTheRest() {
    SentSource source = blocks(48);

    QueryResult result =
        engine()
            .execute(
                request("{app=~`.+`}", false, 3),
                source,
                new QueryStatistics(),
                Cancellation.none());

    assertThat(((QueryResult.Streams) result).streams().getFirst().entries()).hasSize(3);
    assertThat(source.selections.get()).isEqualTo(4); // of 48, 24, 12 and 6 blocks
    assertThat(source.lastFromNanos).isBetween(42 * SECOND, 43 * SECOND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{app=~`.+`} |= `1`", "sum(count_over_time({app=~`.+`} |= `1` [200s]))"})
  void analyze_readPartByPart_countsAll(String query) {
    QueryEngine whole = new QueryEngine(new EngineLimits(0, 1L << 40, true), Runnable::run, 1);
    SentSource source = blocks(48);

    PlanNode plan = analyzed(engine(), query, source);

    assertThat(source.selections.get()).isGreaterThan(1);
    assertThat(counts(plan)).isNotEmpty().isEqualTo(counts(analyzed(whole, query, source.source)));
  }

  private static PlanNode analyzed(QueryEngine engine, String query, LogSource source) {
    return engine.analyze(
        request(query, true, 1000),
        source,
        new QueryStatistics(),
        Cancellation.none(),
        new QueryProfile(System::nanoTime));
  }

  /** Returns what is counted in lines and blocks, of all nodes. */
  private static List<Map.Entry<String, Object>> counts(PlanNode node) {
    List<Map.Entry<String, Object>> counts = new ArrayList<>();
    node.details().entrySet().stream()
        .filter(detail -> detail.getKey().contains("lines") || detail.getKey().equals("blocks"))
        .forEach(counts::add);
    node.inputs().forEach(input -> counts.addAll(counts(input)));
    return counts;
  }

  @Test
  void entries_ofOneInstantMoreThanFit_nameTheLimit() {
    MemorySource source = MemorySource.ofBlocks(1);
    for (int i = 0; i < 10; i++) {
      source.add(STREAM, SECOND, "line " + i);
    }

    assertThatThrownBy(() -> run(QUERY, new SentSource(source, BLOCK_BYTES), Cancellation.none()))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining("querier.max_total_query_memory")
        .hasMessageContaining(LIMIT + "");
    assertThat(memory.heldBytes()).isZero();
  }

  /** Of replicas, one of three is left. */
  @Test
  void copies_thatAreDropped_areGivenBackBeforeTheScan() {
    SentSource one = blocks(1);
    LogSource copied =
        (matchers, from, through, room) -> {
          room.take(5 * BLOCK_BYTES);
          return one.select(matchers, from, through, room);
        };
    AtomicLong mostHeld = new AtomicLong();

    run(QUERY, copied, looking(() -> mostHeld.accumulateAndGet(memory.heldBytes(), Math::max)));

    assertThat(mostHeld.get()).isBetween(BLOCK_BYTES, BLOCK_BYTES + 2 * MIB);
  }

  @Test
  void query_othersHoldTheMemory_waitsForThem() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    SentSource first = holding(held, end);
    SentSource second = blocks(6);
    CountDownLatch waits = new CountDownLatch(1);
    Cancellation looking =
        looking(() -> {
          if (second.selections.get() == 1) {
            waits.countDown();
          }
        });
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<QueryResult> one = users.submit(() -> run(QUERY, first, Cancellation.none()));
      await(held);
      Future<QueryResult> other = users.submit(() -> run(QUERY, second, looking));
      await(waits);
      assertThat(other.isDone()).isFalse();
      end.countDown();

      assertThat(other.get()).usingRecursiveComparison().isEqualTo(one.get());
      assertThat(second.selections.get()).isEqualTo(2);
    }
    assertThat(memory.heldBytes()).isZero();
  }

  @Test
  void query_cancelledWhileItWaits_ends() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    SentSource first = holding(held, end);
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<QueryResult> one = users.submit(() -> run(QUERY, first, Cancellation.none()));
      await(held);
      Cancellation soon = Cancellation.until(Clock.system(), Duration.ofMillis(50), () -> false);

      assertThatThrownBy(() -> run(QUERY, blocks(6), soon))
          .isInstanceOf(QueryCancelledException.class);
      end.countDown();
      one.get();
    }
    assertThat(memory.heldBytes()).isZero();
  }

  /** Both hold what the other one waits for: one of them fails, and the other goes on. */
  @Test
  void queries_thatWouldWaitForEachOther_doNot() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> queries = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        queries.add(
            users.submit(() -> {
              try (MemoryBudget budget = new MemoryBudget(LIMIT, memory)) {
                QueryThreads threads = QueryThreads.of(Runnable::run);
                Cancellation cancellation = Cancellation.none();
                budget.fetch(threads, cancellation, true, room -> taken(room, 30 * MIB));
                both.countDown();
                await(both);
                budget.fetch(threads, cancellation, true, room -> taken(room, 30 * MIB));
                return true;
              } catch (MemoryFullException e) {
                assertThat(e.status()).isEqualTo(503);
                return false;
              }
            }));
      }

      assertThat(List.of(queries.get(0).get(), queries.get(1).get())).containsOnlyOnce(false);
    }
    assertThat(memory.heldBytes()).isZero();
  }

  private static ReadRoom taken(ReadRoom room, long bytes) {
    room.take(bytes);
    return room;
  }

  /** A light read is not refused for what heavy ones hold; a piece does not wait. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void take_littleBesideMuch_isAllowed(boolean patient) {
    try (MemoryBudget much = new MemoryBudget(LIMIT, memory);
        MemoryBudget little = new MemoryBudget(LIMIT, memory)) {
      much.take(LIMIT - MIB);
      QueryThreads threads = QueryThreads.of(Runnable::run);

      little.fetch(threads, Cancellation.none(), patient, room -> taken(room, 3 * MIB));

      assertThat(memory.heldBytes()).isEqualTo(LIMIT + 2 * MIB);
      Cancellation soon = Cancellation.until(Clock.system(), Duration.ofMillis(50), () -> false);
      assertThatThrownBy(() -> little.fetch(threads, soon, patient, room -> taken(room, MIB)))
          .isInstanceOf(patient ? QueryCancelledException.class : MemoryFullException.class);
      assertThatThrownBy(() -> little.take(MIB))
          .isInstanceOf(MemoryFullException.class)
          .hasMessageContaining("querier.max_total_query_memory");
    }
    assertThat(memory.heldBytes()).isZero();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

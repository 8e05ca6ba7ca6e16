package io.skald.querier.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryCancelledException;
import io.skald.logql.engine.QueryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FairTurnsTest {
  private final HandClock clock = new HandClock();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void close() {
    end.countDown();
    clients.close();
  }

  /** Time passes by the work that is done. */
  private static final class HandClock implements Clock {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nowNanos() {
      return nanos.get();
    }

    @Override
    public long monotonicNanos() {
      return nanos.get();
    }
  }

  private FairTurns turns(int processors, int maxRunning, int maxOutstanding) {
    return new FairTurns(new TurnConfig(processors, maxRunning, maxOutstanding), clock);
  }

  private static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Slices of work of 3 ms each, noted by name as they are done. */
  private String work(FairTurns.Turn turn, String name, int slices, List<String> done) {
    for (int i = 0; i < slices; i++) {
      clock.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(3));
      done.add(name);
      turn.pause();
    }
    return name;
  }

  /** Returns a read that has the processor and is past its beginning, and goes on when it may. */
  private Future<String> startWorking(
      FairTurns turns, int slices, CountDownLatch begin, List<String> done) {
    CountDownLatch holding = new CountDownLatch(1);
    Future<String> read =
        clients.submit(() ->
            turns.run(
                "busy",
                Cancellation.none(),
                turn -> {
                  clock.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(200));
                  holding.countDown();
                  await(begin);
                  return work(turn, "busy", slices, done);
                }));
    await(holding);
    return read;
  }

  @Test
  void lightRead_besideManyHeavyOnesOfAnotherTenant_isHardlyHeldUp() throws Exception {
    FairTurns turns = turns(1, 16, 16);
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<String>> reads = new ArrayList<>();
    reads.add(startWorking(turns, 100, begin, done));
    for (int i = 0; i < 5; i++) {
      reads.add(
          clients.submit(
              () -> turns.run("busy", Cancellation.none(), turn -> work(turn, "busy", 100, done))));
    }
    until(() -> turns.waitingForProcessor() == 5);
    reads.add(
        clients.submit(
            () -> turns.run("light", Cancellation.none(), turn -> work(turn, "light", 20, done))));
    until(() -> turns.waitingForProcessor() == 6);
    begin.countDown();
    for (Future<String> read : reads) {
      assertThat(read.get()).isIn("busy", "light");
    }

    assertThat(done).hasSize(620);
    assertThat(done.lastIndexOf("light")).as(done.subList(0, 60).toString()).isLessThan(30);
    assertThat(turns.running()).isZero();
  }

  /** Many light reads in a row get most of what they ask for, but not all. */
  @Test
  void lightReads_oneAfterTheOther_leaveTheOthersTheirShare() throws Exception {
    FairTurns turns = turns(1, 16, 16);
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begin = new CountDownLatch(1);
    Future<String> busy = startWorking(turns, 400, begin, done);
    Future<?> light =
        clients.submit(() -> {
          for (int i = 0; i < 40; i++) {
            turns.run("light", Cancellation.none(), turn -> work(turn, "light", 5, done));
          }
        });
    until(() -> turns.waitingForProcessor() == 1);
    begin.countDown();
    light.get();
    long meanwhile = Arrays.stream(done.toArray()).filter("busy"::equals).count();
    assertThat(busy.get()).isEqualTo("busy");

    assertThat(meanwhile).isGreaterThan(30);
  }

  @Test
  void longRead_pastItsBeginning_getsAsMuchAsTheOther() throws Exception {
    FairTurns turns = turns(1, 16, 16);
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begin = new CountDownLatch(1);
    Future<String> busy = startWorking(turns, 400, begin, done);
    Future<String> other =
        clients.submit(
            () -> turns.run("other", Cancellation.none(), turn -> work(turn, "other", 133, done)));
    until(() -> turns.waitingForProcessor() == 1);
    begin.countDown();
    assertThat(other.get()).isEqualTo("other");
    assertThat(busy.get()).isEqualTo("busy");

    // Of 400 ms the first 100 count for 25, as much again is credit, the rest is shared.
    long meanwhile =
        done.subList(0, done.lastIndexOf("other")).stream().filter("busy"::equals).count();
    assertThat(meanwhile).isBetween(85L, 100L);
  }

  @Test
  void read_waitingForItsOwnThreads_givesItsProcessorAway() {
    FairTurns turns = turns(1, 16, 16);

    String result =
        turns.run(
            "a",
            Cancellation.none(),
            turn -> {
              CountDownLatch helped = new CountDownLatch(1);
              turn.execute(helped::countDown);
              turn.whileWaiting(() -> await(helped));
              return "done";
            });

    assertThat(result).isEqualTo("done");
  }

  @Test
  void thread_beginningAfterItsRead_stillGetsAProcessor() {
    FairTurns turns = turns(1, 16, 16);
    CountDownLatch late = new CountDownLatch(3);

    turns.run(
        "a",
        Cancellation.none(),
        turn -> {
          for (int i = 0; i < 3; i++) {
            turn.execute(late::countDown);
          }
          until(() -> turns.waitingForProcessor() == 3);
          return "ended";
        });

    await(late);
    assertThat(answer(turns, "a")).isEqualTo("in");
  }

  private static String answer(FairTurns turns, String tenant) {
    return turns.run(tenant, Cancellation.none(), _ -> "in");
  }

  private void occupy(FairTurns turns, String tenant) {
    int before = turns.running();
    clients.execute(() ->
        turns.run(
            tenant,
            Cancellation.none(),
            turn -> {
              turn.whileWaiting(() -> await(end));
              return "";
            }));
    until(() -> turns.running() == before + 1);
  }

  @Test
  void reads_beyondWhatMayWait_areRefused() {
    FairTurns turns = turns(1, 2, 3);
    occupy(turns, "a");
    occupy(turns, "a");
    for (int i = 0; i < 3; i++) {
      clients.execute(() -> turns.run("a", Cancellation.none(), _ -> ""));
    }
    until(() -> turns.waiting() == 3);

    assertThatThrownBy(() -> turns.run("a", Cancellation.none(), _ -> ""))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(429))
        .hasMessageStartingWith("too many outstanding requests")
        .hasMessageContaining("querier.max_outstanding_per_tenant");
    assertThat(turns.refused()).isEqualTo(1);

    end.countDown();
    until(() -> turns.running() == 0);
    assertThat(turns.waiting()).isZero();
  }

  @Test
  void tenantWithNothingUnderWay_isLetInBeyondThePlaces() {
    FairTurns turns = turns(1, 1, 3);
    occupy(turns, "a");

    assertThat(answer(turns, "b")).isEqualTo("in");
    occupy(turns, "b");
    occupy(turns, "c");
    occupy(turns, "d");

    AtomicBoolean gone = new AtomicBoolean();
    Future<String> fifth =
        clients.submit(() ->
            turns.run("e", Cancellation.until(clock, Duration.ZERO, gone::get), _ -> "too many"));
    until(() -> turns.waiting() == 1);
    gone.set(true);
    assertThatThrownBy(fifth::get).hasCauseInstanceOf(QueryCancelledException.class);
    assertThat(turns.waiting()).isZero();
  }

  /** Occupies the only processor and the only place of reads with a piece. */
  private Future<String> startPiece(FairTurns turns, String tenant) {
    CountDownLatch begun = new CountDownLatch(1);
    Future<String> piece =
        clients.submit(() ->
            turns.runPiece(
                tenant,
                0,
                turn -> {
                  begun.countDown();
                  turn.whileWaiting(() -> await(end));
                  return tenant;
                }));
    await(begun);
    return piece;
  }

  @Test
  void piece_allPlacesOfReadsTaken_isLetInAllTheSame() throws Exception {
    FairTurns turns = turns(1, 1, 1);
    CountDownLatch held = new CountDownLatch(1);
    Future<String> read =
        clients.submit(() ->
            turns.run(
                "acme",
                Cancellation.none(),
                turn -> {
                  held.countDown();
                  turn.whileWaiting(() -> await(end));
                  return "read";
                }));
    await(held);

    assertThat(turns.<String>runPiece("acme", 0, _ -> "piece")).isEqualTo("piece");

    end.countDown();
    assertThat(read.get()).isEqualTo("read");
  }

  @Test
  void pieces_moreThanReadsMayBe_areRefusedAndOtherTenantsStillLetIn() throws Exception {
    FairTurns turns = turns(1, 2, 1);
    List<Future<String>> pieces = List.of(startPiece(turns, "acme"), startPiece(turns, "acme"));

    assertThatThrownBy(() -> turns.runPiece("acme", 0, _ -> "third"))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(429))
        .hasMessageContaining("querier.max_running_queries is 2");
    assertThat(turns.<String>runPiece("beta", 0, _ -> "of another")).isEqualTo("of another");

    end.countDown();
    for (Future<String> piece : pieces) {
      assertThat(piece.get()).isEqualTo("acme");
    }
    assertThat(turns.<String>runPiece("acme", 0, _ -> "later")).isEqualTo("later");
  }

  @Test
  void piece_thatFails_freesItsPlace() {
    FairTurns turns = turns(1, 1, 1);

    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() ->
              turns.runPiece(
                  "acme",
                  0,
                  _ -> {
                    throw new IllegalStateException("broken");
                  }))
          .hasMessage("broken");
    }
    assertThat(turns.<String>runPiece("acme", 0, _ -> "piece")).isEqualTo("piece");
  }

  /** A read's beginning goes first; a piece of a long read is none. */
  @Test
  void piece_ofALongRead_doesNotGoBeforeALightRead() throws Exception {
    FairTurns turns = turns(1, 16, 16);
    List<String> done = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begin = new CountDownLatch(1);
    Future<String> busy = startWorking(turns, 20, begin, done);
    Future<String> piece =
        clients.submit(() ->
            turns.runPiece(
                "heavy", TimeUnit.SECONDS.toNanos(10), turn -> work(turn, "piece", 20, done)));
    until(() -> turns.waitingForProcessor() == 1);
    Future<String> light =
        clients.submit(
            () -> turns.run("light", Cancellation.none(), turn -> work(turn, "light", 10, done)));
    until(() -> turns.waitingForProcessor() == 2);

    begin.countDown();
    assertThat(List.of(busy.get(), piece.get(), light.get())).hasSize(3);

    assertThat(done.lastIndexOf("light")).isLessThan(done.lastIndexOf("piece"));
  }

  @Test
  void failure_ofTheWork_reachesTheCallerAndFreesItsPlace() {
    FairTurns turns = turns(1, 1, 1);

    assertThatThrownBy(() ->
            turns.run(
                "a",
                Cancellation.none(),
                _ -> {
                  throw new IllegalStateException("broken");
                }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
    assertThat(answer(turns, "a")).isEqualTo("in");
  }
}

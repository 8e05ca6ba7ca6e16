package io.skald.querier.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.fleet.PieceResult;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryPiece;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.ReadTenants;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PieceRunTest {
  private static final TenantId TENANT = new TenantId("acme");
  private static final QueryRequest REQUEST =
      new QueryRequest(Parser.parse("{a=\"b\"}"), 0, 100, 0, 0, 10, true, false);
  private static final List<QueryPiece> PIECES =
      IntStream.range(0, 8)
          .mapToObj(i -> new QueryPiece(REQUEST, 10 * i, 10 * i + 9, StreamShard.ALL, 0))
          .toList();

  private final FleetCounters counters = new FleetCounters();
  private final QueryStatistics statistics = new QueryStatistics();
  private final List<Long> here = new ArrayList<>();
  private final List<Long> elsewhere = new ArrayList<>();
  private final FailedPeers failed = new FailedPeers();
  private boolean answersAreMalformed;
  private boolean strict;
  private int enough = Integer.MAX_VALUE;
  private Duration shareAfter = Duration.ZERO;

  /** Every reading is a second behind the one before. */
  private final AtomicLong seconds = new AtomicLong();

  private final Clock clock =
      new Clock() {
        @Override
        public long nowNanos() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return Duration.ofSeconds(seconds.incrementAndGet()).toNanos();
        }
      };

  private final QueryFleet.Work work =
      new QueryFleet.Work() {
        @Override
        public void evaluate(QueryPiece piece) {
          here.add(piece.fromNanos());
        }

        @Override
        public void take(QueryPiece piece, byte[] answer) {
          if (answersAreMalformed) {
            throw new IllegalArgumentException("malformed");
          }
          assertThat(answer).containsExactly((byte) piece.fromNanos());
          elsewhere.add(piece.fromNanos());
        }

        @Override
        public boolean isEnough() {
          return here.size() + elsewhere.size() >= enough;
        }
      };

  private static PieceResult answer(PieceCall call) {
    return new PieceResult(
        new byte[] {(byte) call.fromNanos()}, Map.of("processed_lines", 5L, "of_the_future", 1L));
  }

  private void run(Duration lateAfter, String owner, PieceEvaluator... peers) {
    run(lateAfter, owner, work, peers);
  }

  private void run(
      Duration lateAfter, String owner, QueryFleet.Work with, PieceEvaluator... peers) {
    Fleet.Read read =
        new Fleet.Read(
            ReadTenants.of(TENANT),
            Long.MIN_VALUE,
            0,
            statistics,
            new ReadStatistics(),
            QueryThreads.of(Runnable::run),
            Cancellation.none());
    List<Fleet.Peer> others = new ArrayList<>();
    for (PieceEvaluator peer : peers) {
      others.add(new Fleet.Peer("peer-" + others.size(), peer));
    }
    new PieceRun(
            read,
            others,
            PieceRunTest::call,
            with,
            new FleetConfig(1, shareAfter, lateAfter),
            counters,
            failed,
            clock)
        .run(new PieceQueue(PIECES, PIECES.stream().map(_ -> owner).toList(), strict), "self");
  }

  /** Returns the work that is begun here when that has happened. */
  private QueryFleet.Work after(CountDownLatch event) {
    return new QueryFleet.Work() {
      @Override
      public void evaluate(QueryPiece piece) {
        try {
          event.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        work.evaluate(piece);
      }

      @Override
      public void take(QueryPiece piece, byte[] answer) {
        work.take(piece, answer);
      }

      @Override
      public boolean isEnough() {
        return work.isEnough();
      }
    };
  }

  private static PieceCall call(QueryPiece piece) {
    return new PieceCall(
        List.of(TENANT),
        false,
        "{a=\"b\"}",
        0,
        100,
        0,
        10,
        true,
        false,
        piece.fromNanos(),
        piece.throughNanos(),
        piece.shard(),
        0,
        0,
        "");
  }

  private void assertEachOnce() {
    List<Long> all = new ArrayList<>(here);
    all.addAll(elsewhere);
    assertThat(all)
        .containsExactlyInAnyOrderElementsOf(PIECES.stream().map(QueryPiece::fromNanos).toList());
  }

  @Test
  void run_peersAnswer_everyPieceOnceAndCostsAreSums() {
    run(Duration.ofDays(1), "peer-0", (call, _, _) -> answer(call), (call, _, _) -> answer(call));

    assertEachOnce();
    assertThat(statistics.processedLines.sum()).isEqualTo(5L * elsewhere.size());
    assertThat(counters.ownPieces.sum()).isEqualTo(here.size());
    assertThat(counters.sentPieces.sum()).isEqualTo(elsewhere.size());
  }

  @Test
  void run_peersFail_everyPieceIsEvaluatedHere() {
    PieceEvaluator failing =
        (_, _, _) -> {
          throw new PieceFailedException(503, "gone", new IllegalStateException());
        };

    run(Duration.ofDays(1), "peer-0", failing, failing);

    assertThat(here).hasSize(PIECES.size());
    assertEachOnce();
    assertThat(counters.failedPieces.sum()).isLessThanOrEqualTo(2);
  }

  @Test
  void run_piecesOfOneOnly_areEvaluatedByIt() {
    strict = true;

    run(
        Duration.ofDays(1),
        "peer-0",
        (call, _, _) -> answer(call),
        (_, _, _) -> {
          throw new AssertionError("none is meant for this one");
        });

    assertEachOnce();
    assertThat(here).isEmpty();
  }

  @Test
  void run_piecesOfOneThatFails_areEvaluatedByOthersAndItIsRemembered() {
    strict = true;

    run(
        Duration.ofDays(1),
        "peer-0",
        (_, _, _) -> {
          throw new PieceFailedException(503, "gone", new IllegalStateException());
        });

    assertEachOnce();
    assertThat(here).hasSize(PIECES.size());
    assertThat(counters.failedPieces.sum()).isOne();
    assertThat(failed.isLeftAlone("peer-0", 0)).isTrue(); // the clock has only gone on since
  }

  @Test
  void run_piecesOfOneThatHangs_areEvaluatedHere() {
    strict = true;

    run(
        Duration.ofNanos(1),
        "peer-0",
        (_, _, _) -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
          throw new PieceFailedException(499, "broken off", new IllegalStateException());
        });

    assertEachOnce();
    assertThat(here).hasSize(PIECES.size());
  }

  @Test
  void run_peerHangs_itsPieceIsEvaluatedHereAndItIsBrokenOff() throws Exception {
    CountDownLatch brokenOff = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(1);
    PieceEvaluator hanging =
        (_, _, _) -> {
          asked.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException _) {
            brokenOff.countDown();
          }
          throw new PieceFailedException(499, "broken off", new IllegalStateException());
        };
    // Else this thread may be done before the other one begins.
    run(Duration.ofNanos(1), "self", after(asked), hanging);

    assertEachOnce();
    assertThat(here).hasSize(PIECES.size());
    assertThat(counters.latePieces.sum()).isOne();
    brokenOff.await();
  }

  @Test
  void run_queryAtFault_failsWithItsStatusAndText() {
    PieceEvaluator refusing =
        (_, _, _) -> {
          throw new PieceFailedException(400, "too many series", new IllegalStateException());
        };

    assertThatThrownBy(
            () -> {
              // Until the peer has had a piece, whoever is quicker.
              for (int i = 0; i < 1000; i++) {
                run(Duration.ofDays(1), "peer-0", refusing);
                here.clear();
              }
            })
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage("too many series");
  }

  @Test
  void run_doneBeforeItIsToBeShared_asksNobody() {
    shareAfter = Duration.ofDays(1);

    run(Duration.ofDays(1), "peer-0", (call, _, _) -> answer(call));

    assertThat(here).hasSize(PIECES.size());
    assertThat(elsewhere).isEmpty();
  }

  @Test
  void run_takesLongerThanThat_othersHelp() {
    shareAfter = Duration.ofMillis(20);
    CountDownLatch helped = new CountDownLatch(1);
    run(
        Duration.ofDays(1),
        "self",
        after(helped),
        (call, _, _) -> {
          helped.countDown();
          return answer(call);
        });

    assertEachOnce();
    assertThat(elsewhere).isNotEmpty();
  }

  @Test
  void run_answersMalformed_everyPieceIsEvaluatedHere() {
    answersAreMalformed = true;

    run(Duration.ofDays(1), "peer-0", (call, _, _) -> answer(call));

    assertThat(here).hasSize(PIECES.size());
    assertEachOnce();
  }

  @Test
  void run_enough_leavesTheRest() {
    enough = 3;

    run(Duration.ofDays(1), "self");

    assertThat(here).containsExactly(0L, 10L, 20L);
  }
}

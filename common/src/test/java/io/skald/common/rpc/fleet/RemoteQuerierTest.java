package io.skald.common.rpc.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.fleet.PieceCall;
import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.fleet.PieceResult;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.rpc.RpcChannels;
import io.skald.common.rpc.RpcClientConfig;
import io.skald.common.rpc.RpcServer;
import io.skald.common.rpc.RpcServerConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A querier asked over a real connection. */
class RemoteQuerierTest {
  private static final PieceCall CALL =
      new PieceCall(
          List.of(new TenantId("acme"), new TenantId("beta")),
          true,
          "sum(rate({a=\"b\"}[1m]))",
          -1,
          200,
          60,
          17,
          true,
          true,
          -50,
          Long.MAX_VALUE,
          new StreamShard(2, 5),
          500,
          12,
          "0a1b");

  private final AtomicReference<PieceEvaluator> evaluator = new AtomicReference<>();
  private final RpcServer server =
      new RpcServer(
          new RpcServerConfig(
              "127.0.0.1",
              0,
              8 << 20,
              100,
              Duration.ofMinutes(1),
              Duration.ofSeconds(20),
              Duration.ofSeconds(5)),
          List.of(
              QuerierService.of((call, left, gone) ->
                  Objects.requireNonNull(evaluator.get()).evaluate(call, left, gone))),
          null);
  private final RpcChannels channels =
      new RpcChannels(
          new RpcClientConfig(2 << 20, Duration.ofSeconds(10), Duration.ofSeconds(5)), null);

  private RemoteQuerier querier(long maxAnswerBytes) {
    server.start();
    return new RemoteQuerier("q2", "127.0.0.1:" + server.port(), channels, maxAnswerBytes);
  }

  @AfterEach
  void close() {
    channels.close();
    server.close();
  }

  @Test
  void evaluate_piece_arrivesWholeAndSoDoesItsAnswer() {
    AtomicReference<PieceCall> asked = new AtomicReference<>();
    byte[] answer = new byte[5 << 20];
    new Random(1).nextBytes(answer);
    evaluator.set((call, _, _) -> {
      asked.set(call);
      return new PieceResult(answer, Map.of("chunks", 3L));
    });

    PieceResult result = querier(8 << 20).evaluate(CALL, Long.MAX_VALUE, () -> false);

    assertThat(asked.get()).isEqualTo(CALL);
    assertThat(result.answer()).isEqualTo(answer);
    assertThat(result.statistics()).containsExactly(Map.entry("chunks", 3L));
  }

  @ParameterizedTest
  @CsvSource({"400, true", "422, true", "429, false", "499, false", "503, false", "504, false"})
  void evaluate_failure_keepsStatusAndSaysWhoseItIs(int status, boolean ofTheQuery) {
    evaluator.set((_, _, _) -> {
      throw new PieceFailedException(status, "no answer", new IllegalStateException());
    });

    assertThatThrownBy(() -> querier(1 << 20).evaluate(CALL, Long.MAX_VALUE, () -> false))
        .isInstanceOfSatisfying(
            PieceFailedException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.isOfTheQuery()).isEqualTo(ofTheQuery);
            })
        .hasMessage(ofTheQuery ? "no answer" : "querier q2: no answer");
  }

  @Test
  void evaluate_nobodyThere_isNoFaultOfTheQuery() {
    RemoteQuerier gone = new RemoteQuerier("q2", "127.0.0.1:1", channels, 1 << 20);

    assertThatThrownBy(() -> gone.evaluate(CALL, Long.MAX_VALUE, () -> false))
        .isInstanceOfSatisfying(
            PieceFailedException.class, e -> assertThat(e.isOfTheQuery()).isFalse())
        .hasMessageContaining("querier q2: UNAVAILABLE");
  }

  @Test
  void evaluate_answerTooLarge_namesTheLimit() {
    evaluator.set((_, _, _) -> new PieceResult(new byte[3 << 20], Map.of()));

    assertThatThrownBy(() -> querier(2 << 20).evaluate(CALL, Long.MAX_VALUE, () -> false))
        .isInstanceOf(PieceFailedException.class)
        .hasMessageContaining("querier.max_query_memory");
  }

  @Test
  void evaluate_callerInterrupted_otherSideHearsOfIt() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch heard = new CountDownLatch(1);
    evaluator.set((_, _, gone) -> {
      reached.countDown();
      while (!gone.getAsBoolean()) {
        LockSupport.parkNanos(1_000_000);
      }
      heard.countDown();
      throw new PieceFailedException(499, "nobody waits", new IllegalStateException());
    });
    RemoteQuerier querier = querier(1 << 20);
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                querier.evaluate(CALL, Long.MAX_VALUE, () -> false);
              } catch (PieceFailedException e) {
                failure.set(e);
              }
            });

    reached.await();
    caller.interrupt();
    caller.join();

    heard.await();
    assertThat(failure.get()).isNotNull();
  }

  @Test
  void evaluate_deadline_travels() {
    AtomicReference<Long> left = new AtomicReference<>();
    evaluator.set((_, remaining, _) -> {
      left.set(remaining);
      return new PieceResult(new byte[0], Map.of());
    });

    querier(1 << 20).evaluate(CALL, Duration.ofMinutes(5).toNanos(), () -> false);

    assertThat(left.get()).isPositive().isLessThanOrEqualTo(Duration.ofMinutes(5).toNanos());
  }
}

package io.skald.querier.turn;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a read is told about the time that it waited. */
@Timeout(60)
class QueueTimeTest {
  private final AtomicLong nanos = new AtomicLong();
  private final Clock clock =
      new Clock() {
        @Override
        public long nowNanos() {
          return nanos.get();
        }

        @Override
        public long monotonicNanos() {
          return nanos.get();
        }
      };

  @Test
  void run_readThatIsLetInAtOnce_hasNotWaited() {
    try (FairTurns turns = new FairTurns(new TurnConfig(1, 1, 1), clock)) {
      long waited = turns.run("a", Cancellation.none(), turn -> turn.queueNanos());

      assertThat(waited).isZero();
    }
  }

  @Test
  void run_readBehindAnother_isToldHowLongThatTook() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
        FairTurns turns = new FairTurns(new TurnConfig(1, 1, 1), clock)) {
      Future<Long> first =
          clients.submit(() ->
              turns.run(
                  "a",
                  Cancellation.none(),
                  turn -> {
                    begun.countDown();
                    awaitUninterruptibly(end);
                    return turn.queueNanos();
                  }));
      begun.await();
      Future<Long> second =
          clients.submit(() -> turns.run("a", Cancellation.none(), turn -> turn.queueNanos()));
      while (turns.waiting() == 0) {
        Thread.onSpinWait();
      }
      nanos.addAndGet(Duration.ofSeconds(3).toNanos());
      end.countDown();

      assertThat(first.get(30, TimeUnit.SECONDS)).isZero();
      assertThat(Duration.ofNanos(second.get(30, TimeUnit.SECONDS))).hasSeconds(3);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

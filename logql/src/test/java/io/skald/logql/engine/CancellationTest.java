package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final Clock clock =
      new Clock() {
        @Override
        public long nowNanos() {
          return 0;
        }

        @Override
        public long monotonicNanos() {
          return now.get();
        }
      };

  @Test
  void check_whenTheTimeIsUp_throws504() {
    Cancellation cancellation = Cancellation.until(clock, Duration.ofMillis(2), () -> false);
    assertThatCode(cancellation::check).doesNotThrowAnyException();

    now.addAndGet(2_000_000);

    assertThat(cancellation.isCancelled()).isTrue();
    assertThatThrownBy(cancellation::check)
        .isInstanceOfSatisfying(
            QueryCancelledException.class, e -> assertThat(e.status()).isEqualTo(504))
        .hasMessageStartingWith("request timed out, decrease the duration of the request");
  }

  @Test
  void check_whenTheClientHasGone_throws499() {
    AtomicBoolean gone = new AtomicBoolean();
    Cancellation cancellation = Cancellation.until(clock, Duration.ZERO, gone::get);
    assertThat(cancellation.isCancelled()).isFalse();

    gone.set(true);

    assertThatThrownBy(cancellation::check)
        .isInstanceOfSatisfying(
            QueryCancelledException.class, e -> assertThat(e.status()).isEqualTo(499));
  }

  @Test
  void check_afterCancel_tellsTheFirstReason() {
    Cancellation cancellation = Cancellation.none();
    cancellation.cancel("the server stops");
    cancellation.cancel("something else");

    assertThatThrownBy(cancellation::check).hasMessage("the server stops");
  }
}

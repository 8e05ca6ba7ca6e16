package io.skald.logql.engine;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a query should still be worked on: its time is up, its client has gone, or somebody
 * stopped it. Asked once per block and every few thousand lines. Thread-safe.
 */
public final class Cancellation {
  /** nginx's status for a request whose client closed the connection; nobody reads the answer. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private static final int GATEWAY_TIMEOUT = 504;

  private final @Nullable Clock clock;
  private final long deadlineNanos;
  private final Duration timeout;
  private final BooleanSupplier clientGone;
  private final AtomicReference<@Nullable String> stopped = new AtomicReference<>();

  private Cancellation(
      @Nullable Clock clock, long deadlineNanos, Duration timeout, BooleanSupplier clientGone) {
    this.clock = clock;
    this.deadlineNanos = deadlineNanos;
    this.timeout = timeout;
    this.clientGone = clientGone;
  }

  /** Returns one that only {@link #cancel} ends. */
  public static Cancellation none() {
    return new Cancellation(null, 0, Duration.ZERO, () -> false);
  }

  /**
   * Returns one that ends after {@code timeout} from now (zero: never), or as soon as {@code
   * clientGone} says so.
   */
  public static Cancellation until(Clock clock, Duration timeout, BooleanSupplier clientGone) {
    if (timeout.isZero()) {
      return new Cancellation(null, 0, timeout, clientGone);
    }
    return new Cancellation(clock, clock.monotonicNanos() + timeout.toNanos(), timeout, clientGone);
  }

  /** Stops the query; its threads notice at their next check. */
  public void cancel(String reason) {
    stopped.compareAndSet(null, reason);
  }

  public boolean isCancelled() {
    return stopped.get() != null || timedOut() || clientGone.getAsBoolean();
  }

  /**
   * @throws QueryCancelledException if the query should not be worked on any more
   */
  public void check() {
    String reason = stopped.get();
    if (reason != null) {
      throw new QueryCancelledException(CLIENT_CLOSED_REQUEST, reason);
    }
    if (timedOut()) {
      throw new QueryCancelledException(
          GATEWAY_TIMEOUT,
          "query timed out after "
              + timeout.toMillis()
              + " ms; shorten its time range, select"
              + " fewer streams, or raise querier.query_timeout");
    }
    if (clientGone.getAsBoolean()) {
      throw new QueryCancelledException(CLIENT_CLOSED_REQUEST, "the client closed the request");
    }
  }

  private boolean timedOut() {
    return clock != null && clock.monotonicNanos() - deadlineNanos >= 0;
  }
}

package io.skald.logql.engine;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a query should still be worked on: its time is up, its client has gone, or somebody
 * stopped it. Asked once per block and every few thousand lines, which also makes it the place
 * where a thread lets those of other queries go first. Thread-safe.
 */
public final class Cancellation {
  /** nginx's status for a request whose client closed the connection; nobody reads the answer. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private static final int GATEWAY_TIMEOUT = 504;

  private final @Nullable Clock clock;
  private final long deadlineNanos;
  private final BooleanSupplier clientGone;
  private final AtomicReference<@Nullable String> stopped;
  private final Runnable pause;

  private Cancellation(
      @Nullable Clock clock,
      long deadlineNanos,
      BooleanSupplier clientGone,
      AtomicReference<@Nullable String> stopped,
      Runnable pause) {
    this.clock = clock;
    this.deadlineNanos = deadlineNanos;
    this.clientGone = clientGone;
    this.stopped = stopped;
    this.pause = pause;
  }

  private static Cancellation of(
      @Nullable Clock clock, long deadlineNanos, BooleanSupplier clientGone) {
    return new Cancellation(clock, deadlineNanos, clientGone, new AtomicReference<>(), () -> {});
  }

  /** Returns one that only {@link #cancel} ends. */
  public static Cancellation none() {
    return of(null, 0, () -> false);
  }

  /**
   * Returns one that ends after {@code timeout} from now (zero: never), or as soon as {@code
   * clientGone} says so.
   */
  public static Cancellation until(Clock clock, Duration timeout, BooleanSupplier clientGone) {
    if (timeout.isZero()) {
      return of(null, 0, clientGone);
    }
    return of(clock, clock.monotonicNanos() + timeout.toNanos(), clientGone);
  }

  /** Returns one that ends with this one, and whose checks let other work go first. */
  Cancellation pausing(Runnable pause) {
    return new Cancellation(clock, deadlineNanos, clientGone, stopped, pause);
  }

  /** Stops the query; its threads notice at their next check. */
  public void cancel(String reason) {
    stopped.compareAndSet(null, reason);
  }

  public boolean isCancelled() {
    return stopped.get() != null || timedOut() || clientGone.getAsBoolean();
  }

  /**
   * Lets other work go first if it is its turn, then returns if this query goes on.
   *
   * @throws QueryCancelledException if the query should not be worked on any more
   */
  public void check() {
    pause.run();
    String reason = stopped.get();
    if (reason != null) {
      throw new QueryCancelledException(CLIENT_CLOSED_REQUEST, reason);
    }
    if (timedOut()) {
      throw new QueryCancelledException(
          GATEWAY_TIMEOUT,
          "request timed out, decrease the duration of the request or add more label matchers"
              + " (prefer exact match over regex match) to reduce the amount of data processed");
    }
    if (clientGone.getAsBoolean()) {
      throw new QueryCancelledException(CLIENT_CLOSED_REQUEST, "the client closed the request");
    }
  }

  /** Returns how much time is left, in nanoseconds; {@link Long#MAX_VALUE} if there is no end. */
  public long remainingNanos() {
    return clock == null ? Long.MAX_VALUE : Math.max(0, deadlineNanos - clock.monotonicNanos());
  }

  private boolean timedOut() {
    return clock != null && clock.monotonicNanos() - deadlineNanos >= 0;
  }
}

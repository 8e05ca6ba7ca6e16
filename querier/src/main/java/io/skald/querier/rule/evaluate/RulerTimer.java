package io.skald.querier.rule.evaluate;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a ruler when it is time, from a virtual thread of its own. Start and close once each. */
public final class RulerTimer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RulerTimer.class);

  /** Rules that have come meanwhile are noticed so late at most. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);

  private final Ruler ruler;
  private final BooleanSupplier ready;
  private final Clock clock;
  private @Nullable Thread thread;

  /**
   * @param ready whether all entries can be read; before that an evaluation would see a part of
   *     them, and a rule for what is missing would fire
   */
  public RulerTimer(Ruler ruler, BooleanSupplier ready, Clock clock) {
    this.ruler = ruler;
    this.ready = ready;
    this.clock = clock;
  }

  public void start() {
    thread = Thread.ofVirtual().name("ruler-timer").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(pause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ticks once and returns how long nothing else has to be done. */
  private Duration pause() {
    try {
      if (ready.getAsBoolean()) {
        long next = ruler.tick();
        Duration left = Duration.ofNanos(Math.max(0, next - clock.nowNanos()));
        return left.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : left.plus(SHORTEST_PAUSE);
      }
      ruler.skip();
    } catch (RuntimeException e) {
      LOG.error("rules could not be evaluated", e);
    }
    return LONGEST_PAUSE;
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
    ruler.stop();
  }
}

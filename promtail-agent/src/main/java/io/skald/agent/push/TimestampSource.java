package io.skald.agent.push;

import io.skald.common.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every entry of a client a timestamp of its own: the time of reading, or one nanosecond
 * after the entry before. Two equal lines are thus two entries for a server that takes entries with
 * equal stream, timestamp and line for one. Confined to the reader thread.
 */
final class TimestampSource {
  /**
   * A clock that is set back further than this is followed; until then the timestamps go on from
   * the last one. A server refuses entries that are too far in the future (10 minutes by default).
   */
  private static final long MAX_AHEAD_NANOS = 300_000_000_000L;

  private static final Logger log = LoggerFactory.getLogger(TimestampSource.class);

  private final Clock clock;
  private long last;

  /**
   * @param last the highest timestamp ever given out, {@link Long#MIN_VALUE} for none
   */
  TimestampSource(Clock clock, long last) {
    this.clock = clock;
    this.last = last;
  }

  /** Takes notice of the time; called for every chunk, not for every line. */
  void tick() {
    long now = clock.nowNanos();
    if (now > last) {
      last = now - 1;
    } else if (last - now > MAX_AHEAD_NANOS) {
      log.warn(
          "the clock was set back by {} s: timestamps follow it", (last - now) / 1_000_000_000);
      last = now - 1;
    }
  }

  /** Returns a time of its own for an entry. */
  long next() {
    return ++last;
  }

  long last() {
    return last;
  }
}

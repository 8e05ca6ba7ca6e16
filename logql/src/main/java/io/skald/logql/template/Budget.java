package io.skald.logql.template;

import io.skald.common.time.Clock;
import java.time.Duration;

/**
 * What one execution may still use. Bounds time and memory of templates that loop, recurse or
 * multiply text; a template that is only a bit silly stays far below.
 */
final class Budget {
  /** Nodes that may be evaluated. */
  static final int MAX_STEPS = 1_000_000;

  /** Bytes that functions may read and produce together. */
  static final long MAX_WORK_BYTES = 64L << 20;

  /** Definitions that may be open at once, as they call each other. */
  static final int MAX_TEMPLATE_DEPTH = 100;

  /** Control structures and parentheses that may be open at once, over all open definitions. */
  static final int MAX_NESTING = 500;

  /**
   * How long an execution may take. Only a few things are not bounded by the other limits, like a
   * regular expression that reads on to the end for each of many matches.
   */
  static final Duration MAX_DURATION = Duration.ofSeconds(5);

  /** The clock is read once in so many steps; a power of two. */
  private static final int STEPS_PER_CLOCK_READING = 256;

  /** A call that handles a longer string may take so long that the clock is read at once. */
  private static final int LONG_STRING_BYTES = 4096;

  /** Bytes of the output, and of each string that a function returns. */
  private final int maxOutputBytes;

  private final Clock clock;
  private final long startNanos;
  private int steps;
  private long workBytes;
  private int nesting;

  Budget(int maxOutputBytes, Clock clock) {
    this.maxOutputBytes = maxOutputBytes;
    this.clock = clock;
    this.startNanos = clock.monotonicNanos();
  }

  /** Counts a node. */
  void step() throws LimitException {
    steps++;
    if (steps > MAX_STEPS) {
      throw new LimitException("exceeded the limit of " + MAX_STEPS + " steps");
    }
    if (steps % STEPS_PER_CLOCK_READING == 0) {
      checkTime();
    }
  }

  /** Checks the time; to be called where a single step can be long. */
  void checkTime() throws LimitException {
    if (clock.monotonicNanos() - startNanos > MAX_DURATION.toNanos()) {
      throw new LimitException(
          "exceeded the limit of " + MAX_DURATION.toSeconds() + " seconds for a line");
    }
  }

  /** Counts bytes that a function reads or has made. */
  void work(long bytes) throws LimitException {
    workBytes += bytes;
    if (workBytes > MAX_WORK_BYTES) {
      throw new LimitException(
          "exceeded the limit of " + MAX_WORK_BYTES + " bytes read and produced by functions");
    }
    if (bytes > LONG_STRING_BYTES) {
      checkTime();
    }
  }

  /** Checks the length of a string before it is made. */
  void checkLength(long bytes) throws LimitException {
    if (bytes > maxOutputBytes) {
      throw new LimitException("exceeded the limit of " + maxOutputBytes + " bytes of output");
    }
  }

  void enter() throws LimitException {
    nesting++;
    if (nesting > MAX_NESTING) {
      throw new LimitException("exceeded the limit of " + MAX_NESTING + " nested levels");
    }
  }

  void leave() {
    nesting--;
  }

  /** A limit of the server, not an error of the template. */
  static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LimitException(String message) {
      super(message, null, false, false);
    }
  }
}

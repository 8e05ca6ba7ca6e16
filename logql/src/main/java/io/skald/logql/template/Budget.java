package io.skald.logql.template;

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

  /** Bytes of the output, and of each string that a function returns. */
  private final int maxOutputBytes;

  private int steps;
  private long workBytes;
  private int nesting;

  Budget(int maxOutputBytes) {
    this.maxOutputBytes = maxOutputBytes;
  }

  /** Counts a node. */
  void step() throws LimitException {
    steps++;
    if (steps > MAX_STEPS) {
      throw new LimitException("exceeded the limit of " + MAX_STEPS + " steps");
    }
  }

  /** Counts bytes that a function reads or has made. */
  void work(long bytes) throws LimitException {
    workBytes += bytes;
    if (workBytes > MAX_WORK_BYTES) {
      throw new LimitException(
          "exceeded the limit of " + MAX_WORK_BYTES + " bytes read and produced by functions");
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

package io.skald.querier.rule.evaluate;

/**
 * How an evaluation went.
 *
 * @param health {@code unknown} before the first, {@code ok} or {@code err}
 * @param lastError "" if there was none
 * @param atNanos when it began; {@link #NEVER} before the first
 * @param tookNanos how long it took
 */
public record Evaluated(String health, String lastError, long atNanos, long tookNanos) {
  public static final long NEVER = Long.MIN_VALUE;
  static final Evaluated NOT_YET = new Evaluated("unknown", "", NEVER, 0);

  public boolean isNever() {
    return atNanos == NEVER;
  }
}

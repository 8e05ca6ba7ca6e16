package io.skald.agent.push;

/**
 * What a client keeps on disk of batches that have not arrived.
 *
 * @param bytes compressed
 * @param oldestNanos when the lines of the oldest were read, by the wall clock; 0 without one
 */
public record Buffered(long batches, long bytes, long oldestNanos) {
  static final Buffered NOTHING = new Buffered(0, 0, 0);
}

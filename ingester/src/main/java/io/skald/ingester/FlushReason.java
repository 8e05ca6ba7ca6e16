package io.skald.ingester;

/** Why a chunk was closed and flushed. */
public enum FlushReason {
  /** It reached its target size. */
  FULL,
  /** It was begun long ago. */
  AGE,
  /** Its stream got nothing for long. */
  IDLE,
  /** Unflushed data took too much memory. */
  MEMORY,
  /** Somebody asked for a flush. */
  REQUEST,
  /** The ingester is closing. */
  SHUTDOWN
}

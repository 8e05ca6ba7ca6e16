package io.skald.agent.push;

import java.time.Duration;

/**
 * How much of what a server does not take is kept on disk.
 *
 * @param maxBytes compressed; exceeded by less than the batches of one group. 0 keeps what is under
 *     way alone
 * @param maxAge older batches are dropped while the server takes nothing; zero is no limit
 * @param dropsOldest whether the oldest batches make room at the limit; else reading waits
 */
public record BufferLimits(long maxBytes, Duration maxAge, boolean dropsOldest) {
  /** Keeps what is under way alone, however long that takes. */
  public static final BufferLimits NONE = new BufferLimits(0, Duration.ZERO, false);
}

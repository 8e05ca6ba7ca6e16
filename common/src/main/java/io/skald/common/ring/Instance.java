package io.skald.common.ring;

import java.util.List;

/**
 * A member of the ring.
 *
 * @param id unique and stable over restarts
 * @param address host:port of its gRPC port; "" in a single process
 * @param zone replicas are spread over zones; "" when zones are not used
 * @param tokens the points it owns, unsigned 32-bit, each owned by one instance only
 * @param changedMillis when it was last heard of or told of a change, milliseconds since the epoch
 *     by its own clock; 0 in a single process
 * @param healthy whether its heartbeats arrive
 */
public record Instance(
    String id,
    String address,
    String zone,
    State state,
    List<Integer> tokens,
    long changedMillis,
    boolean healthy) {
  /** Where an instance stands in its life. */
  public enum State {
    /** Registered, owns nothing yet. */
    PENDING,
    /** Has its tokens and prepares; does not take writes yet. */
    JOINING,
    /** Takes writes and answers reads. */
    ACTIVE,
    /** Shutting down: answers reads only. */
    LEAVING
  }

  public Instance {
    tokens = List.copyOf(tokens);
  }

  /** A healthy instance of a single process. */
  public Instance(String id, String zone, State state, List<Integer> tokens) {
    this(id, "", zone, state, tokens, 0, true);
  }

  public boolean takesWrites() {
    return state == State.ACTIVE && healthy;
  }

  /** Returns whether it may hold entries that are nowhere else, whether it answers or not. */
  public boolean mayHoldEntries() {
    return state != State.PENDING;
  }

  public Instance withState(State other, long nowMillis) {
    return new Instance(id, address, zone, other, tokens, nowMillis, healthy);
  }

  public Instance withHealth(boolean isHealthy) {
    return new Instance(id, address, zone, state, tokens, changedMillis, isHealthy);
  }

  Instance withTokens(List<Integer> others) {
    return new Instance(id, address, zone, state, others, changedMillis, healthy);
  }
}

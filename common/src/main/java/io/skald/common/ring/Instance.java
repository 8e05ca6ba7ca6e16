package io.skald.common.ring;

import java.util.List;

/**
 * A member of the ring.
 *
 * @param id unique and stable over restarts
 * @param zone replicas are spread over zones; "" when zones are not used
 * @param tokens the points it owns, unsigned 32-bit, each owned by one instance only
 */
public record Instance(String id, String zone, State state, List<Integer> tokens) {
  /** Where an instance stands in its life. */
  public enum State {
    /** Registered, owns nothing yet. */
    PENDING,
    /** Takes over tokens; does not take writes yet. */
    JOINING,
    /** Takes writes and answers reads. */
    ACTIVE,
    /** Shutting down: answers reads only. */
    LEAVING
  }

  public Instance {
    tokens = List.copyOf(tokens);
  }

  public boolean takesWrites() {
    return state == State.ACTIVE;
  }
}

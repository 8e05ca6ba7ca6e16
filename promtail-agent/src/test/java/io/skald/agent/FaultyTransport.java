package io.skald.agent;

import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** A way to a server that fails in every way there is, before and after the server stored. */
final class FaultyTransport implements PushTransport {
  private static final int[] TEMPORARY = {401, 403, 408, 429, 500, 502, 503};

  private final ReceivedEntries server;
  private final RandomGenerator random;
  private double faultRate;
  private boolean crashes;

  /** Ends the agent in the middle of a request. */
  static final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;
  }

  FaultyTransport(ReceivedEntries server, RandomGenerator random) {
    this.server = server;
    this.random = random;
  }

  void setFaults(double rate, boolean withCrashes) {
    faultRate = rate;
    crashes = withCrashes;
  }

  @Override
  public PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException {
    if (random.nextDouble() >= faultRate) {
      server.store(body);
      return PushResponse.of(204);
    }
    boolean storedFirst = random.nextBoolean();
    if (storedFirst) {
      server.store(body);
    }
    return switch (random.nextInt(crashes ? 4 : 3)) {
      case 0 -> throw new IOException("connection reset");
      case 1 -> PushResponse.of(TEMPORARY[random.nextInt(TEMPORARY.length)]);
      // A part of what is too large may have been stored all the same.
      case 2 ->
          PushResponse.of(ReceivedEntries.decode(body).getFirst().entries().size() > 1 ? 413 : 500);
      default -> throw new SimulatedCrash();
    };
  }

  @Override
  public void close() {
    // nothing is under way between two calls
  }
}

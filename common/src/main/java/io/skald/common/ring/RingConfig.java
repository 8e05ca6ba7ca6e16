package io.skald.common.ring;

import java.time.Duration;

/**
 * The block {@code common.ring}: what holds for all rings of a process.
 *
 * @param heartbeatPeriod how often a member says that it lives
 * @param heartbeatTimeout after which a member that said nothing is dead; whole seconds
 * @param autoforgetPeriod how long a member may be dead before others take it out; 0 for ever
 * @param tokensFilePath keeps the tokens over restarts; empty for {@code tokens} below the path
 *     prefix
 * @param instanceId empty for the name of the host
 * @param instanceAddr by which others reach this process; empty for its first address in the
 *     network
 * @param instancePort of its gRPC port, as others see it; 0 for the port itself
 * @param instanceAvailabilityZone replicas are spread over zones; empty when zones are not used
 */
public record RingConfig(
    KvstoreConfig kvstore,
    Duration heartbeatPeriod,
    Duration heartbeatTimeout,
    Duration autoforgetPeriod,
    String tokensFilePath,
    String instanceId,
    String instanceAddr,
    int instancePort,
    String instanceAvailabilityZone) {
  public static final RingConfig DEFAULTS =
      new RingConfig(
          KvstoreConfig.DEFAULTS,
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          "",
          "",
          "",
          0,
          "");

  public RingConfig {
    if (!heartbeatPeriod.isPositive()) {
      throw new IllegalArgumentException("heartbeat_period must be positive: " + heartbeatPeriod);
    }
    if (heartbeatTimeout.compareTo(heartbeatPeriod) <= 0 || heartbeatTimeout.toSeconds() < 1) {
      throw new IllegalArgumentException(
          "heartbeat_timeout must be longer than heartbeat_period, "
              + heartbeatPeriod
              + ", and at least 1s: "
              + heartbeatTimeout);
    }
    if (autoforgetPeriod.isNegative()) {
      throw new IllegalArgumentException(
          "autoforget_period must not be negative: " + autoforgetPeriod);
    }
  }
}

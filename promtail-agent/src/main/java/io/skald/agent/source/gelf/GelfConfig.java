package io.skald.agent.source.gelf;

import java.util.Map;

/**
 * The block {@code gelf} of a job.
 *
 * @param listenAddress {@code host:port} of UDP; an empty host binds all addresses
 * @param labels of every entry
 * @param useIncomingTimestamp whether entries get the message's time; else the time of reading
 */
public record GelfConfig(
    String listenAddress, Map<String, String> labels, boolean useIncomingTimestamp) {
  public static GelfConfig defaults() {
    return new GelfConfig(":12201", Map.of(), false);
  }

  public GelfConfig {
    labels = Map.copyOf(labels);
  }
}

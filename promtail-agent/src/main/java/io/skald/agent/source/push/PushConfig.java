package io.skald.agent.source.push;

import io.skald.common.tls.ServerTlsConfig;
import java.time.Duration;
import java.util.Map;

/**
 * The block {@code loki_push_api} of a job.
 *
 * @param server where it listens
 * @param labels of every entry, over those that come with it
 * @param useIncomingTimestamp whether entries keep their times; else they get that of reading
 * @param maxSendMsgSize of a request in bytes, before and after decompression
 * @param forwardTenant whether entries go on for the tenant that pushed them
 */
public record PushConfig(
    Listener server,
    Map<String, String> labels,
    boolean useIncomingTimestamp,
    long maxSendMsgSize,
    boolean forwardTenant) {
  private static final long DEFAULT_MAX_SIZE = 100L << 20;

  /**
   * The block {@code server} of a push target.
   *
   * @param httpListenAddress empty binds all addresses
   * @param httpListenPort 0 takes a free one
   */
  public record Listener(
      String httpListenAddress,
      int httpListenPort,
      ServerTlsConfig httpTlsConfig,
      Duration httpServerReadTimeout,
      Duration httpServerWriteTimeout,
      Duration httpServerIdleTimeout) {
    private static final int HTTP = 80;
    private static final int MAX_PORT = 65_535;

    public static final Listener DEFAULTS =
        new Listener(
            "",
            HTTP,
            ServerTlsConfig.DEFAULTS,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(120));

    public Listener {
      require(
          httpListenPort >= 0 && httpListenPort <= MAX_PORT,
          "http_listen_port must be from 0 to 65535: " + httpListenPort);
    }
  }

  public static PushConfig defaults() {
    return new PushConfig(Listener.DEFAULTS, Map.of(), false, DEFAULT_MAX_SIZE, false);
  }

  public PushConfig {
    labels = Map.copyOf(labels);
    require(
        maxSendMsgSize > 0 && maxSendMsgSize <= 1L << 30,
        "max_send_msg_size must be from 1 to 1GB: " + maxSendMsgSize);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}

package io.skald.agent.source.syslog;

import io.skald.common.tls.ServerTlsConfig;
import java.time.Duration;
import java.util.Map;

/**
 * The block {@code syslog} of a job.
 *
 * @param listenAddress {@code host:port}; an empty host binds all addresses
 * @param listenProtocol {@code tcp} or {@code udp}
 * @param idleTimeout after which a silent connection is closed
 * @param labelStructuredData whether structured data become labels for the rules
 * @param labels of every entry
 * @param useIncomingTimestamp whether entries get the message's time; else the time of reading
 * @param useRfc5424Message whether the line is the whole message; else its text alone
 * @param syslogFormat {@code rfc5424} or {@code rfc3164}
 * @param maxMessageLength in bytes; a longer message is skipped
 * @param tlsConfig with {@code tcp} only
 */
public record SyslogConfig(
    String listenAddress,
    String listenProtocol,
    Duration idleTimeout,
    boolean labelStructuredData,
    Map<String, String> labels,
    boolean useIncomingTimestamp,
    boolean useRfc5424Message,
    String syslogFormat,
    int maxMessageLength,
    Tls tlsConfig) {
  static final String UDP = "udp";
  static final String RFC3164 = "rfc3164";
  private static final int MAX_MESSAGE_LENGTH = 16 << 20;

  /**
   * @param caFile PEM; set, clients must show a certificate that these authorities have signed
   */
  public record Tls(String certFile, String keyFile, String caFile) {
    public static final Tls DEFAULTS = new Tls("", "", "");

    public Tls {
      var _ = toServer(certFile, keyFile, caFile); // checks
    }

    boolean isEnabled() {
      return !certFile.isEmpty();
    }

    ServerTlsConfig toServer() {
      return toServer(certFile, keyFile, caFile);
    }

    private static ServerTlsConfig toServer(String certFile, String keyFile, String caFile) {
      return new ServerTlsConfig(
          certFile,
          keyFile,
          caFile.isEmpty() ? ServerTlsConfig.NO_CLIENT_CERT : ServerTlsConfig.REQUIRE_AND_VERIFY,
          caFile);
    }
  }

  public static SyslogConfig defaults() {
    return new SyslogConfig(
        "",
        "tcp",
        Duration.ofSeconds(120),
        false,
        Map.of(),
        false,
        false,
        "rfc5424",
        8192,
        Tls.DEFAULTS);
  }

  public SyslogConfig {
    labels = Map.copyOf(labels);
    require(
        listenProtocol.equals("tcp") || listenProtocol.equals(UDP),
        "listen_protocol must be tcp or udp: " + listenProtocol);
    require(
        syslogFormat.equals("rfc5424") || syslogFormat.equals(RFC3164),
        "syslog_format must be rfc5424 or rfc3164: " + syslogFormat);
    require(idleTimeout.isPositive(), "idle_timeout must be positive: " + idleTimeout);
    require(
        maxMessageLength >= 1 && maxMessageLength <= MAX_MESSAGE_LENGTH,
        "max_message_length must be from 1 to " + MAX_MESSAGE_LENGTH + ": " + maxMessageLength);
    require(
        !tlsConfig.isEnabled() || listenProtocol.equals("tcp"),
        "tls_config needs listen_protocol tcp");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}

package io.skald.common.ring;

import io.skald.common.tls.ClientTlsConfig;
import java.time.Duration;
import java.util.List;

/**
 * The block {@code kvstore.etcd}.
 *
 * @param endpoints host:port of its servers
 * @param dialTimeout how long a call may take
 * @param tlsEnabled whether connections are encrypted
 * @param tlsCaPath PEM, the authorities that are trusted; empty trusts those of the JDK
 * @param tlsCertPath PEM, this process's own certificate; empty shows none
 * @param tlsKeyPath PEM, its key
 * @param tlsInsecureSkipVerify takes any certificate of any host
 */
public record EtcdConfig(
    List<String> endpoints,
    Duration dialTimeout,
    boolean tlsEnabled,
    String tlsCaPath,
    String tlsCertPath,
    String tlsKeyPath,
    boolean tlsInsecureSkipVerify) {
  public static final EtcdConfig DEFAULTS =
      new EtcdConfig(List.of(), Duration.ofSeconds(10), false, "", "", "", false);

  public EtcdConfig {
    endpoints = List.copyOf(endpoints);
    if (!dialTimeout.isPositive()) {
      throw new IllegalArgumentException("etcd.dial_timeout must be positive: " + dialTimeout);
    }
    for (String endpoint : endpoints) {
      if (!endpoint.matches("[^:/ ]+:\\d{1,5}|\\[[0-9a-fA-F:]+\\]:\\d{1,5}")) {
        throw new IllegalArgumentException(
            "etcd.endpoints must be HOST:PORT, without http://: " + endpoint);
      }
    }
  }

  public ClientTlsConfig tls() {
    return new ClientTlsConfig(tlsCaPath, tlsCertPath, tlsKeyPath, tlsInsecureSkipVerify);
  }
}

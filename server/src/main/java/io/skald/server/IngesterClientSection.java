package io.skald.server;

import io.skald.common.rpc.RpcClientConfig;
import io.skald.common.rpc.ingest.RemoteIngesterConfig;
import io.skald.common.tls.ClientTlsConfig;
import java.time.Duration;

/**
 * The {@code ingester_client} block: how ingesters of other processes are called.
 *
 * @param remoteTimeout of a push or a read
 * @param maxInflightBytes of pushes that wait for one ingester; more fail at once
 * @param maxReadBytes of the entries that one query gets from one ingester
 */
public record IngesterClientSection(
    Duration remoteTimeout, long maxInflightBytes, long maxReadBytes, Client grpcClientConfig) {
  static final IngesterClientSection DEFAULTS =
      new IngesterClientSection(
          Duration.ofSeconds(5),
          64L << 20,
          256L << 20,
          new Client(128L << 20, false, "", "", "", false));

  /** Silence of a connection with running calls after which it is asked whether it lives. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);

  public IngesterClientSection {
    if (!remoteTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "ingester_client.remote_timeout must be positive: " + remoteTimeout);
    }
    if (maxInflightBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "ingester_client.max_inflight_bytes must be at least 1MB: " + maxInflightBytes);
    }
    if (maxReadBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "ingester_client.max_read_bytes must be at least 1MB: " + maxReadBytes);
    }
  }

  /**
   * Connections.
   *
   * @param maxRecvMsgSize the largest message that is taken, bytes
   * @param tlsEnabled whether connections are encrypted
   * @param tlsCaPath PEM, the authorities that are trusted; empty trusts those of the JDK
   * @param tlsCertPath PEM, this process's own certificate; empty shows none
   * @param tlsKeyPath PEM, its key
   * @param tlsInsecureSkipVerify takes any certificate of any host
   */
  public record Client(
      long maxRecvMsgSize,
      boolean tlsEnabled,
      String tlsCaPath,
      String tlsCertPath,
      String tlsKeyPath,
      boolean tlsInsecureSkipVerify) {
    public Client {
      if (maxRecvMsgSize < 1 << 20 || maxRecvMsgSize > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "ingester_client.grpc_client_config.max_recv_msg_size must be from 1MB to 2GB: "
                + maxRecvMsgSize);
      }
    }

    ClientTlsConfig tls() {
      return new ClientTlsConfig(tlsCaPath, tlsCertPath, tlsKeyPath, tlsInsecureSkipVerify);
    }
  }

  RpcClientConfig connections() {
    return new RpcClientConfig(
        (int) grpcClientConfig.maxRecvMsgSize, KEEP_ALIVE, KEEP_ALIVE_TIMEOUT);
  }

  RemoteIngesterConfig calls() {
    return new RemoteIngesterConfig(remoteTimeout, maxInflightBytes, maxReadBytes);
  }
}

package io.skald.server;

import io.skald.common.rpc.RpcServerConfig;
import io.skald.common.tls.ServerTlsConfig;
import java.time.Duration;

/**
 * The keys of the {@code server} block about the port for other processes; a single process has
 * none.
 *
 * @param grpcListenAddress host or address to bind; empty binds all
 * @param grpcListenPort 0 picks a free port
 * @param grpcServerMaxRecvMsgSize the largest message that is taken, bytes
 * @param grpcServerMaxConcurrentStreams calls of one connection at a time
 * @param grpcServerKeepaliveTime how long a connection may be silent before it is asked
 * @param grpcServerKeepaliveTimeout how long it may take to answer that
 * @param grpcServerMinTimeBetweenPings clients that ask more often are cut off
 * @param grpcTlsConfig certificate and key; without, connections are plain
 */
public record GrpcSection(
    String grpcListenAddress,
    int grpcListenPort,
    long grpcServerMaxRecvMsgSize,
    int grpcServerMaxConcurrentStreams,
    Duration grpcServerKeepaliveTime,
    Duration grpcServerKeepaliveTimeout,
    Duration grpcServerMinTimeBetweenPings,
    ServerTlsConfig grpcTlsConfig) {
  static final GrpcSection DEFAULTS =
      new GrpcSection(
          "",
          9095,
          128L << 20,
          1000,
          Duration.ofMinutes(1),
          Duration.ofSeconds(20),
          Duration.ofSeconds(5),
          ServerTlsConfig.DEFAULTS);

  private static final int MAX_PORT = 65_535;

  public GrpcSection {
    if (grpcListenPort < 0 || grpcListenPort > MAX_PORT) {
      throw new IllegalArgumentException(
          "server.grpc_listen_port must be 0 to 65535: " + grpcListenPort);
    }
    if (grpcServerMaxRecvMsgSize < 1 << 20 || grpcServerMaxRecvMsgSize > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "server.grpc_server_max_recv_msg_size must be from 1MB to 2GB: "
              + grpcServerMaxRecvMsgSize);
    }
    if (grpcServerMaxConcurrentStreams < 1) {
      throw new IllegalArgumentException(
          "server.grpc_server_max_concurrent_streams must be at least 1: "
              + grpcServerMaxConcurrentStreams);
    }
    requirePositive("keepalive_time", grpcServerKeepaliveTime);
    requirePositive("keepalive_timeout", grpcServerKeepaliveTimeout);
    requirePositive("min_time_between_pings", grpcServerMinTimeBetweenPings);
  }

  private static void requirePositive(String key, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(
          "server.grpc_server_" + key + " must be positive: " + value);
    }
  }

  RpcServerConfig port() {
    return new RpcServerConfig(
        grpcListenAddress,
        grpcListenPort,
        (int) grpcServerMaxRecvMsgSize,
        grpcServerMaxConcurrentStreams,
        grpcServerKeepaliveTime,
        grpcServerKeepaliveTimeout,
        grpcServerMinTimeBetweenPings);
  }
}

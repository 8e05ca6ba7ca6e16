package io.skald.common.rpc;

import java.time.Duration;

/**
 * What a gRPC port bears.
 *
 * @param listenAddress host or address to bind; empty binds all
 * @param listenPort 0 picks a free port
 * @param maxReceivedBytes the largest message that is taken
 * @param maxConcurrentStreams calls of one connection at a time; more of them wait
 * @param keepAliveTime how long a connection may be silent before it is asked whether it lives
 * @param keepAliveTimeout how long it may take to answer that
 * @param minTimeBetweenPings clients that ask more often are cut off
 */
public record RpcServerConfig(
    String listenAddress,
    int listenPort,
    int maxReceivedBytes,
    int maxConcurrentStreams,
    Duration keepAliveTime,
    Duration keepAliveTimeout,
    Duration minTimeBetweenPings) {}

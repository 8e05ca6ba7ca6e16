package io.skald.common.rpc;

import java.time.Duration;

/**
 * How other processes are called.
 *
 * @param maxReceivedBytes the largest message that is taken
 * @param keepAliveTime how long a connection with running calls may be silent before it is asked
 *     whether it lives
 * @param keepAliveTimeout how long it may take to answer that; then its calls fail
 */
public record RpcClientConfig(
    int maxReceivedBytes, Duration keepAliveTime, Duration keepAliveTimeout) {}

package io.skald.common.rpc.ingest;

import java.time.Duration;

/**
 * What a call to an ingester may take.
 *
 * @param timeout of a push or a read
 * @param maxInflightBytes of pushes that wait for one ingester; more fail at once
 * @param maxReadBytes of the entries that one read gets from one ingester
 */
public record RemoteIngesterConfig(Duration timeout, long maxInflightBytes, long maxReadBytes) {}

/**
 * Sends the samples of rules to metrics stores, in the protocol of Prometheus' remote write.
 *
 * <p>Entry type: {@link io.skald.querier.rule.remote.RemoteSamples}, with a virtual thread of its
 * own for each receiver.
 */
@NullMarked
package io.skald.querier.rule.remote;

import org.jspecify.annotations.NullMarked;

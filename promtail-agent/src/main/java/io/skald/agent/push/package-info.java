/**
 * How lines travel: batches, their protobuf form, the transport, retries.
 *
 * <p>Entry types: {@link io.skald.agent.push.BatchAssembler} on the reader thread, {@link
 * io.skald.agent.push.Sender} on the sender thread, {@link io.skald.agent.push.Handover} between
 * them. {@link io.skald.agent.push.PushTransport} is what a test or another way to the server
 * implements. The only package that knows snappy and the HTTP client.
 */
@NullMarked
package io.skald.agent.push;

import org.jspecify.annotations.NullMarked;

/**
 * Takes pushes of other agents, and plain text, over HTTP.
 *
 * <p>Entry type: {@link io.skald.agent.source.push.PushSource}. The server is the HTTP kit of
 * {@code common}, the decoder that of all roles ({@code io.skald.common.push}). A request waits on
 * its virtual thread until its entries are durable.
 */
@NullMarked
package io.skald.agent.source.push;

import org.jspecify.annotations.NullMarked;

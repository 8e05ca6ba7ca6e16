/**
 * Which ingesters own a stream: a consistent hash ring of tokens, walked to replica sets.
 *
 * <p>Entry type: {@link io.skald.common.ring.Ring}, an immutable snapshot; {@link
 * io.skald.common.ring.InMemoryRing} holds the current one for a single process.
 */
@NullMarked
package io.skald.common.ring;

import org.jspecify.annotations.NullMarked;

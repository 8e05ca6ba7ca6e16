/**
 * Which ingesters own a stream: a consistent hash ring of tokens, walked to replica sets.
 *
 * <p>Entry type: {@link io.skald.common.ring.Ring}, an immutable snapshot; {@link
 * io.skald.common.ring.InMemoryRing} holds the current one for a single process, other {@link
 * io.skald.common.ring.RingStore}s for several. {@link io.skald.common.ring.RingMember} is a
 * process as one of its members.
 */
@NullMarked
package io.skald.common.ring;

import org.jspecify.annotations.NullMarked;

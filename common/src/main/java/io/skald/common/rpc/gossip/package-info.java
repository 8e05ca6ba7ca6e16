/**
 * Rings whose members tell each other, over JGroups: {@link io.skald.common.rpc.gossip.Gossip} is
 * the connection, {@link io.skald.common.rpc.gossip.GossipRing} one of its rings. {@link
 * io.skald.common.rpc.gossip.GossipTls} encrypts it. No other package knows JGroups.
 */
@NullMarked
package io.skald.common.rpc.gossip;

import org.jspecify.annotations.NullMarked;

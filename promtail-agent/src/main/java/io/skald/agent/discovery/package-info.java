/**
 * Where label sets come from that change while the agent runs.
 *
 * <p>Owns what all kinds have in common. What becomes of label sets (relabelling, targets) is the
 * caller's. Entry type: {@link io.skald.agent.discovery.Discovery}. Each kind has a package of its
 * own, with the threads of its client library.
 */
@NullMarked
package io.skald.agent.discovery;

import org.jspecify.annotations.NullMarked;

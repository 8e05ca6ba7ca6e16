/**
 * What the agent remembers over a crash: how far each file was delivered, and the batches whose
 * delivery is not known to have ended.
 *
 * <p>Entry types: {@link io.skald.agent.position.DeliveryJournal} (one for each client, owned by
 * the client's sender thread) and {@link io.skald.agent.position.PositionsFile} (one for the agent,
 * in the format of Promtail, shared by the senders under a lock). Knows nothing of reading or
 * sending.
 */
@NullMarked
package io.skald.agent.position;

import org.jspecify.annotations.NullMarked;

/**
 * Reads of what ingesters hold when there are several: all are asked, and as many may fail as
 * copies can be spared. Who they are is learnt from the ring, and from the ingesters that answer.
 *
 * <p>Entry type: {@link io.skald.querier.replica.ReplicatedReads}. Each ingester is asked by a
 * virtual thread.
 */
@NullMarked
package io.skald.querier.replica;

import org.jspecify.annotations.NullMarked;

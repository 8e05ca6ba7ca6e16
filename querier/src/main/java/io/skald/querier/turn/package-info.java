/**
 * Whose read is worked on next: shares processors and places among tenants by the time they have
 * used, so that one tenant's heavy reads do not hold up another's light ones.
 *
 * <p>Entry type: {@link io.skald.querier.turn.FairTurns}. Owns the threads that reads run on.
 */
@NullMarked
package io.skald.querier.turn;

import org.jspecify.annotations.NullMarked;

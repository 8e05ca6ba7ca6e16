/**
 * Where queriers meet: what one that leads a query asks of another. In between are calls by RPC.
 *
 * <p>Entry type: {@link io.skald.common.fleet.PieceEvaluator}.
 */
@NullMarked
package io.skald.common.fleet;

import org.jspecify.annotations.NullMarked;

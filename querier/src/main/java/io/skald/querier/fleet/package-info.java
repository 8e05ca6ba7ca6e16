/**
 * Queries that several queriers work on: the one that is asked divides it, the others evaluate
 * pieces, and it puts together what they yield.
 *
 * <p>Owns how a query is divided, who gets which piece, and what happens when one does not answer;
 * and {@link io.skald.querier.fleet.ResultCache}, the values that are kept for the next query. What
 * a piece is and how answers are merged is {@code logql.engine}. Entry types: {@link
 * io.skald.querier.fleet.Fleet} for the one that is asked, {@link
 * io.skald.querier.fleet.PieceReads} for the others. Each other querier is asked by a virtual
 * thread.
 */
@NullMarked
package io.skald.querier.fleet;

import org.jspecify.annotations.NullMarked;

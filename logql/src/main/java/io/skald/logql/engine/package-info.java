/**
 * Evaluates parsed queries over a {@link io.skald.common.block.LogSource}: which blocks are read, in
 * what order and by how many threads; how entries become streams, samples and series; what a query
 * may use. Knows nothing of HTTP, of storage, or of what a stage does to a line.
 *
 * <p>A log query collects the first entries from the side where its answer begins. A metric query
 * reads each block once for all its steps into states per series, which are merged, read off step by
 * step, and combined by the rest of the expression.
 *
 * <p>Entry type: {@link io.skald.logql.engine.QueryEngine}. Blocks are read by the calling thread and
 * those of the executor it is given; everything else happens on the calling thread.
 */
@NullMarked
package io.skald.logql.engine;

import org.jspecify.annotations.NullMarked;

/**
 * Entries in columns: what the push decoder makes, the log path carries and the query engine reads.
 *
 * <p>Nothing here owns a file or a thread. {@link io.skald.common.block.EntryBatch} is the unit of
 * the write path, {@link io.skald.common.block.BlockView} the unit of the read path.
 */
@NullMarked
package io.skald.common.block;

import org.jspecify.annotations.NullMarked;

/**
 * Follows what comes: the newest entries of a query first, then those that are stored, each once
 * and none left out.
 *
 * <p>Entry type: {@link io.skald.querier.tail.Tail}. A tail is confined to the thread that holds
 * its conversation; what comes is put aside for it by the log's thread.
 */
@NullMarked
package io.skald.querier.tail;

import org.jspecify.annotations.NullMarked;

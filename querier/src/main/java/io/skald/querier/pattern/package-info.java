/**
 * The patterns of streams, from what ingesters hold and from packs.
 *
 * <p>Owns bringing them together so that every chunk counts once. Mining and formats are those of
 * {@code storage.pattern}. Entry type: {@link io.skald.querier.pattern.PatternSource}. No threads.
 */
@NullMarked
package io.skald.querier.pattern;

import org.jspecify.annotations.NullMarked;

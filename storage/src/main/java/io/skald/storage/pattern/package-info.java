/**
 * Patterns: what the lines of a stream look like when everything that varies is left out, and how
 * often each occurs.
 *
 * <p>Owns mining them from blocks, their text, and the area of a pack that keeps them
 * (docs/formats/pack.md). Entry types: {@link io.skald.storage.pattern.PatternMiner} (one per
 * stream), {@link io.skald.storage.pattern.PatternArea} to write, {@link
 * io.skald.storage.pattern.PatternReader} to read, {@link io.skald.storage.pattern.PatternMerge} to
 * add up. No threads.
 */
@NullMarked
package io.skald.storage.pattern;

import org.jspecify.annotations.NullMarked;

/**
 * The level of a log line: which words mean one, and where they stand.
 *
 * <p>Entry type: {@link io.skald.distributor.level.LevelDetector}; immutable and thread-safe.
 */
@NullMarked
package io.skald.distributor.level;

import org.jspecify.annotations.NullMarked;

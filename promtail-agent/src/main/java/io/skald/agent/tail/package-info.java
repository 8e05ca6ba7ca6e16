/**
 * Finds files and reads their lines, exactly once for each target whatever happens to their names.
 *
 * <p>Entry type: {@link io.skald.agent.tail.Tailer}, confined to one reader thread. Lines leave as
 * ranges of a byte buffer through {@link io.skald.agent.tail.LineSink}, together with the positions
 * they bring a file to. Knows nothing of batches, servers or journals.
 */
@NullMarked
package io.skald.agent.tail;

import org.jspecify.annotations.NullMarked;

/**
 * Reads the journal of systemd through {@code journalctl -o export}, which is where the journal is
 * and knows every version of its files.
 *
 * <p>Entry type: {@link io.skald.agent.source.journal.JournalFeed}, one for each client and job,
 * confined to the reader thread; a virtual thread reads the program's output into a bounded queue.
 */
@NullMarked
package io.skald.agent.source.journal;

import org.jspecify.annotations.NullMarked;

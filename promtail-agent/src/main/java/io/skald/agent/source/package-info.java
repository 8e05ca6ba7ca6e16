/**
 * Lines that do not come from files: what all such sources have in common.
 *
 * <p>A source that listens ({@link io.skald.agent.source.Source}) runs once for an agent and gives
 * its entries to {@link io.skald.agent.source.Outlet}, which lays them into the {@link
 * io.skald.agent.source.Inbox} of every client. A source that can be read again from any place is
 * read by each client for itself, as files are. Owns the labels of entries ({@link
 * io.skald.agent.source.JobLabels}) and the way back from what was made durable to whoever waits
 * for that. Each kind of source has a package of its own, with its threads.
 */
@NullMarked
package io.skald.agent.source;

import org.jspecify.annotations.NullMarked;

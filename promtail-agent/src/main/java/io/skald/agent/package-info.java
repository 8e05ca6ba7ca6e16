/**
 * The agent: finds log files, follows them byte by byte and ships their lines to a server.
 *
 * <p>Owns the configuration, the life of the agent and its status; how files are followed is in
 * {@code io.skald.agent.tail}, what stages make of lines in {@code io.skald.agent.pipeline}, how
 * lines travel in {@code io.skald.agent.push}, what survives a crash in {@code
 * io.skald.agent.position}. Entry type: {@link io.skald.agent.Agent}.
 *
 * <p>Threads: one reader and one sender for each client. Every client follows the files by itself,
 * so that a dead one holds up nobody else.
 */
@NullMarked
package io.skald.agent;

import org.jspecify.annotations.NullMarked;

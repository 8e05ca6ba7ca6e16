/**
 * The roles assembled into one process: configuration, wiring, routes, metrics, start and drain.
 *
 * <p>Entry types: {@link io.skald.server.SkaldConfig} and {@link io.skald.server.ServerProcess}.
 */
@NullMarked
package io.skald.server;

import org.jspecify.annotations.NullMarked;

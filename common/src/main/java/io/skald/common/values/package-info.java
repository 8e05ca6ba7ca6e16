/**
 * The textual forms of numbers, durations, byte sizes and regex errors that clients know from Go
 * and Prometheus: exactly what those accept, print and complain about. Java's own parsers accept
 * other texts and are not used directly.
 *
 * <p>Entry types: one class per form. Pure functions; thread-safe. Points in time are not here.
 */
@NullMarked
package io.skald.common.values;

import org.jspecify.annotations.NullMarked;

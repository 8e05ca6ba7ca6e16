/**
 * The values everything speaks of: tenant, labels, stream fingerprint, label matcher.
 *
 * <p>Immutable, thread-safe, free of I/O. Entries and their columns are in {@code
 * io.skald.common.block}.
 */
@NullMarked
package io.skald.common.model;

import org.jspecify.annotations.NullMarked;

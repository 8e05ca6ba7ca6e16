/**
 * Decides about streams and entries of a decoded push under a tenant's limits, and normalises what
 * is let in: labels, structured metadata, detected level.
 *
 * <p>Entry types: {@link io.skald.distributor.validate.PushValidator} and {@link
 * io.skald.distributor.validate.RateLimits}. Thread-safe.
 */
@NullMarked
package io.skald.distributor.validate;

import org.jspecify.annotations.NullMarked;

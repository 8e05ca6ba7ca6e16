/**
 * The HTTP read API: parameters in, JSON out. Handlers run on virtual threads; nothing here keeps
 * state between requests.
 *
 * <p>Entry type: {@link io.skald.querier.api.QueryApi}.
 */
@NullMarked
package io.skald.querier.api;

import org.jspecify.annotations.NullMarked;

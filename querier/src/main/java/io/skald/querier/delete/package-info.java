/**
 * {@code /loki/api/v1/delete}: what tenants ask to delete, what they have asked, and what they take
 * back.
 *
 * <p>Owns the rules for requests. How they are kept is {@code storage.delete}; how queries leave
 * entries out is {@code querier.source}. Entry type: {@link io.skald.querier.delete.DeleteRoutes}.
 * No threads.
 */
@NullMarked
package io.skald.querier.delete;

import org.jspecify.annotations.NullMarked;

/**
 * What tenants have asked to delete, kept in the object store.
 *
 * <p>Owns the requests and their format (docs/formats/deletes.md), not what they do to queries or
 * packs. Entry type: {@link io.skald.storage.delete.DeleteRequests}. No threads.
 */
@NullMarked
package io.skald.storage.delete;

import org.jspecify.annotations.NullMarked;

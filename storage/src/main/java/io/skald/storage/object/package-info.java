/**
 * Where packs lie: whole immutable objects under keys, on a file system, in memory, or in S3
 * ({@code storage.object.s3}).
 *
 * <p>Owns the rules for keys and the durability of a written object; knows nothing of what an
 * object holds. Entry type: {@link io.skald.storage.object.ObjectStore}. No threads; every store
 * may be used from many threads at once and blocks on I/O.
 */
@NullMarked
package io.skald.storage.object;

import org.jspecify.annotations.NullMarked;

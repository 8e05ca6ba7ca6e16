/**
 * Reads the blocks of stored chunks: footers and columns by range reads, through caches bounded by
 * bytes.
 *
 * <p>Owns the caches and the decision what is read together; the byte layout belongs to {@code
 * storage.chunk}. Entry type: {@link io.skald.storage.read.ChunkReader}. No threads of its own;
 * callers block on the object store.
 */
@NullMarked
package io.skald.storage.read;

import org.jspecify.annotations.NullMarked;

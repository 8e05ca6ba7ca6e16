/**
 * The chunk format: how the columns of a stream's blocks are coded, laid out and checked.
 *
 * <p>Owns the byte layout of blocks and chunks (docs/formats/chunk.md) and is the only user of
 * zstd. It reads and writes byte arrays; where they lie is for {@code storage.pack} and {@code
 * storage.read} to know. Entry types: {@link io.skald.storage.chunk.BlockSealer} to write, {@link
 * io.skald.storage.chunk.ChunkFooter} and {@link io.skald.storage.chunk.ColumnDecoder} to read. A
 * sealer belongs to one thread; everything else is immutable.
 */
@NullMarked
package io.skald.storage.chunk;

import org.jspecify.annotations.NullMarked;

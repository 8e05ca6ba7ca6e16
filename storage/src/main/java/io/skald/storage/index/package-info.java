/**
 * The label index: which streams exist in which period, and where their chunks are.
 *
 * <p>Owns the key layout (docs/formats/index.md) and is the only user of RocksDB. Never opens a
 * chunk. Entry types: {@link io.skald.storage.index.LabelIndex}, {@link
 * io.skald.storage.index.RocksLabelIndex}. RocksDB runs at most two background threads; calls block
 * on its files.
 */
@NullMarked
package io.skald.storage.index;

import org.jspecify.annotations.NullMarked;

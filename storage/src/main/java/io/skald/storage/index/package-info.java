/**
 * The label index: which streams exist, which labels they have, where their chunks lie. Never opens a
 * chunk.
 *
 * <p>Entry type: {@link io.skald.storage.index.LabelIndex}; {@link
 * io.skald.storage.index.RocksLabelIndex} keeps it in RocksDB, whose types stay in this package. All
 * calls may come from any thread and block on disk.
 */
@NullMarked
package io.skald.storage.index;

import org.jspecify.annotations.NullMarked;

/**
 * The write-ahead log of an ingester: what a push is made of is here, and on the disk, before it is
 * acknowledged.
 *
 * <p>Entry type: {@link io.skald.storage.wal.WriteAheadLog}. It owns the segment files, the order
 * of records and one thread that writes, syncs and hands records on; it knows nothing of streams in
 * memory. {@link io.skald.storage.wal.PushRecord} and {@link io.skald.storage.wal.CheckpointRecord}
 * say what a record holds. Files are reached through {@link io.skald.storage.wal.WalDisk} only. The
 * format is described in {@code docs/formats/wal.md}.
 */
@NullMarked
package io.skald.storage.wal;

import org.jspecify.annotations.NullMarked;

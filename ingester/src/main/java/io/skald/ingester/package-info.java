/**
 * Streams in memory: what was pushed and is not, or not only, in object storage yet.
 *
 * <p>Entry type: {@link io.skald.ingester.Ingester}, which implements {@link
 * io.skald.common.ingest.IngesterClient} and {@link io.skald.common.ingest.RecentStreams}. The
 * package owns streams, heads, open chunks, their sealing and their flush; records on disk are the
 * business of {@code storage.wal}, stored chunks that of {@code storage}.
 *
 * <p>Threads: callers push and select; the log's thread appends to streams, in log order; a few
 * threads seal blocks; one thread decides what to flush, and virtual threads write packs. A stream
 * is guarded by its own lock, which is never held during I/O, compression or while taking another.
 */
@NullMarked
package io.skald.ingester;

import org.jspecify.annotations.NullMarked;

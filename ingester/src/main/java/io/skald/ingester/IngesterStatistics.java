package io.skald.ingester;

import io.skald.common.measure.DurationHistogram;
import io.skald.storage.wal.ReplayReport;
import io.skald.storage.wal.WalStatistics;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ingester has done since it was made, and holds now.
 *
 * @param tenants tenants that have or had streams in memory
 * @param streams streams in memory, of all tenants
 * @param unflushedBytes memory of data that is not in object storage
 * @param unsealedBytes the part of it that waits to be compressed
 * @param refusedPushes pushes refused because that memory was full
 * @param pushedEntries entries acknowledged
 * @param pushedBytes line bytes of these
 * @param repeatedEntries entries left out because their batch was stored before
 * @param flushedChunks chunks moved to object storage, for every reason
 * @param flushedPacks objects written
 * @param flushedBytes bytes of the chunks in them
 * @param flushFailures flush cycles that failed
 * @param waitingChunks closed chunks that are being flushed, or wait after a flush that failed
 * @param packTimes how long it took to compress, write and index a pack
 * @param checkpoints checkpoints of the log written
 * @param replay what the start found in the log; null before it has been read
 */
public record IngesterStatistics(
    int tenants,
    int streams,
    long unflushedBytes,
    long unsealedBytes,
    long refusedPushes,
    long pushedEntries,
    long pushedBytes,
    long repeatedEntries,
    Map<FlushReason, Long> flushedChunks,
    long flushedPacks,
    long flushedBytes,
    long flushFailures,
    long waitingChunks,
    DurationHistogram.Snapshot packTimes,
    long checkpoints,
    WalStatistics wal,
    @Nullable ReplayReport replay) {
  public IngesterStatistics {
    flushedChunks = Map.copyOf(flushedChunks);
  }
}

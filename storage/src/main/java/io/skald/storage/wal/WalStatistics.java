package io.skald.storage.wal;

/**
 * What a log has done since it was opened.
 *
 * @param records records made durable
 * @param bytes bytes of these records
 * @param syncs successful syncs; one makes a group of records durable
 * @param syncNanos time spent in them
 * @param maxSyncNanos the longest of them
 * @param failures groups that could not be written; their pushes were refused
 * @param queuedBytes records that wait for the disk now
 * @param segments segment files on disk now
 * @param segmentBytes their size
 */
public record WalStatistics(
    long records,
    long bytes,
    long syncs,
    long syncNanos,
    long maxSyncNanos,
    long failures,
    long queuedBytes,
    int segments,
    long segmentBytes) {}

package io.skald.storage.wal;

import io.skald.common.measure.DurationHistogram;

/**
 * What a log has done since it was opened.
 *
 * @param records records made durable
 * @param bytes bytes of these records
 * @param syncs successful syncs; one makes a group of records durable
 * @param syncNanos time spent in them
 * @param maxSyncNanos the longest of them
 * @param failures groups that could not be written; their pushes were refused
 * @param syncTimes how long the syncs took
 * @param refusedForFullDisk records refused because the disk is full
 * @param refusedForFailingDisk records refused because it cannot be written for another reason
 * @param refusedForSlowDisk records refused because too many bytes wait for the disk
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
    DurationHistogram.Snapshot syncTimes,
    long refusedForFullDisk,
    long refusedForFailingDisk,
    long refusedForSlowDisk,
    long queuedBytes,
    int segments,
    long segmentBytes) {}

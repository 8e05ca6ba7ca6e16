package io.skald.storage.index;

/**
 * What the index of a process holds.
 *
 * @param keys about how many keys there are
 * @param fileBytes size of the files
 * @param memoryBytes memory of what is not in files yet
 * @param cacheBytes memory of the cache of file blocks
 * @param pendingCompactionBytes about how much has to be rewritten to merge files
 * @param backgroundErrors writes and merges in the background that failed
 */
public record IndexStatistics(
    long keys,
    long fileBytes,
    long memoryBytes,
    long cacheBytes,
    long pendingCompactionBytes,
    long backgroundErrors) {}

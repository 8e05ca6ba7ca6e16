package io.skald.server;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The {@code compactor} block.
 *
 * @param workingDirectory for files in the making; empty means {@code compactor} below the path
 *     prefix
 * @param compactionInterval from the start of a run to that of the next
 * @param minFileAge younger index files, and the packs they name, are left alone
 * @param retentionEnabled whether entries are deleted by age and by request
 * @param retentionDeleteDelay how long objects that are replaced can still be read
 * @param deleteRequestCancelPeriod how long a delete request can be taken back without force; after
 *     it entries are removed
 * @param deleteMaxInterval the longest {@code max_interval} of a delete request with filters
 */
public record CompactorSection(
    String workingDirectory,
    Duration compactionInterval,
    Duration minFileAge,
    boolean retentionEnabled,
    Duration retentionDeleteDelay,
    Duration deleteRequestCancelPeriod,
    Duration deleteMaxInterval) {
  static final CompactorSection DEFAULTS =
      new CompactorSection(
          "",
          Duration.ofMinutes(10),
          Duration.ofMinutes(5),
          false,
          Duration.ofHours(2),
          Duration.ofHours(24),
          Duration.ofHours(24));

  public CompactorSection {
    if (compactionInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "compactor.compaction_interval must be at least 1s: " + compactionInterval);
    }
    if (minFileAge.isNegative()) {
      throw new IllegalArgumentException(
          "compactor.min_file_age must not be negative: " + minFileAge);
    }
    if (retentionDeleteDelay.compareTo(Duration.ofMinutes(1)) < 0) {
      throw new IllegalArgumentException(
          "compactor.retention_delete_delay must be at least 1m, since queries may still read what"
              + " is replaced: "
              + retentionDeleteDelay);
    }
    if (deleteRequestCancelPeriod.isNegative()) {
      throw new IllegalArgumentException(
          "compactor.delete_request_cancel_period must not be negative: "
              + deleteRequestCancelPeriod);
    }
    if (deleteMaxInterval.isNegative() || deleteMaxInterval.isZero()) {
      throw new IllegalArgumentException(
          "compactor.delete_max_interval must be positive: " + deleteMaxInterval);
    }
  }

  /** Returns the folder for files in the making. */
  Path workingFolder(Path pathPrefix) {
    return workingDirectory.isEmpty() ? pathPrefix.resolve("compactor") : Path.of(workingDirectory);
  }
}

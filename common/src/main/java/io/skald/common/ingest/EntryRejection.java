package io.skald.common.ingest;

/**
 * Why an ingester did not take entries that the distributor had let pass. The rest of the push is
 * stored.
 *
 * @param status the HTTP status this deserves, 400 or 429
 * @param message the text for the client, without a trailing newline
 * @param cause what the entries are counted under
 * @param lines the entries that were not taken
 * @param bytes of their lines
 */
public record EntryRejection(int status, String message, Cause cause, long lines, long bytes) {
  /** Why entries were not taken. */
  public enum Cause {
    /** Older than the out-of-order window of their stream. */
    TOO_FAR_BEHIND,
    /** Older than the newest entry of a stream that must be in order. */
    OUT_OF_ORDER,
    /** Of a new stream, while the tenant has as many as it may have. */
    STREAM_LIMIT,
    /** The push does not fit into one record of the log. */
    RECORD_TOO_LARGE,
    /** Counted by whoever refused them. */
    COUNTED
  }

  /** A refusal whose entries have been counted already. */
  public EntryRejection(int status, String message) {
    this(status, message, Cause.COUNTED, 0, 0);
  }
}

package io.skald.common.ingest;

/**
 * Why an ingester did not take entries that the distributor had let pass. The rest of the push is
 * stored.
 *
 * @param status the HTTP status this deserves, 400 or 429
 * @param message the text for the client, without a trailing newline
 */
public record EntryRejection(int status, String message) {}

package io.skald.storage.delete;

/**
 * A wish to delete entries of one tenant.
 *
 * @param id unique inside the tenant
 * @param query a log query; entries that it returns are meant
 * @param startNanos first timestamp, inclusive
 * @param endNanos last timestamp, inclusive
 * @param createdMillis when it was made, milliseconds since the Unix epoch
 */
public record DeleteRequest(
    String id, String query, long startNanos, long endNanos, long createdMillis) {
  public DeleteRequest {
    if (id.isEmpty() || query.isEmpty() || startNanos > endNanos) {
      throw new IllegalArgumentException(
          "a delete request needs an id, a query and a range: '%s' '%s' %d to %d"
              .formatted(id, query, startNanos, endNanos));
    }
  }

  /** Returns whether an entry in the range, both ends inclusive, may be meant. */
  public boolean overlaps(long fromNanos, long throughNanos) {
    return startNanos <= throughNanos && endNanos >= fromNanos;
  }
}

package io.skald.storage.delete;

/**
 * A wish to delete entries of one tenant.
 *
 * @param id unique inside the tenant
 * @param query a log query; entries that it returns are meant
 * @param startNanos first timestamp, inclusive
 * @param endNanos last timestamp, inclusive
 * @param createdMillis when it was made, milliseconds since the Unix epoch
 * @param percent how much of it has been carried out; at 100 no entry is left that was there when
 *     it was made
 */
public record DeleteRequest(
    String id, String query, long startNanos, long endNanos, long createdMillis, int percent) {
  private static final int WHOLE = 100;

  /** A request that was just made. */
  public DeleteRequest(
      String id, String query, long startNanos, long endNanos, long createdMillis) {
    this(id, query, startNanos, endNanos, createdMillis, 0);
  }

  public DeleteRequest {
    if (id.isEmpty() || query.isEmpty() || startNanos > endNanos) {
      throw new IllegalArgumentException(
          "a delete request needs an id, a query and a range: '%s' '%s' %d to %d"
              .formatted(id, query, startNanos, endNanos));
    }
    if (percent < 0 || percent > WHOLE) {
      throw new IllegalArgumentException("a delete request is done by 0 to 100 %: " + percent);
    }
  }

  /** Returns whether nothing is left to do. */
  public boolean isProcessed() {
    return percent == WHOLE;
  }

  /** Returns this with another progress. */
  public DeleteRequest at(int newPercent) {
    return new DeleteRequest(id, query, startNanos, endNanos, createdMillis, newPercent);
  }

  /** Returns whether an entry in the range, both ends inclusive, may be meant. */
  public boolean overlaps(long fromNanos, long throughNanos) {
    return startNanos <= throughNanos && endNanos >= fromNanos;
  }
}

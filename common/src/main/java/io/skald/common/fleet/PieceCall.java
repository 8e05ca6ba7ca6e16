package io.skald.common.fleet;

import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import java.util.List;

/**
 * A piece of a query, for another process.
 *
 * @param tenants whose entries, at least one
 * @param federated whether streams carry their tenant as a label
 * @param query in its canonical text
 * @param startNanos first instant of the query
 * @param endNanos last instant of a metric query, inclusive; end of a log query, exclusive
 * @param stepNanos 0 for an instant, and for a log query
 * @param limit the most entries of a log query
 * @param fromNanos first timestamp of the entries to read
 * @param throughNanos last one, inclusive
 * @param maxSeries 0 is no limit
 * @param expectedNanos what the whole query is expected to take, of one processor
 * @param dataVersion names what the entries are, for the values of the piece's steps to be kept
 *     under it; empty asks for what is merged with the states of other pieces
 */
public record PieceCall(
    List<TenantId> tenants,
    boolean federated,
    String query,
    long startNanos,
    long endNanos,
    long stepNanos,
    int limit,
    boolean forward,
    boolean categorizeLabels,
    long fromNanos,
    long throughNanos,
    StreamShard shard,
    int maxSeries,
    long expectedNanos,
    String dataVersion) {
  public PieceCall {
    tenants = List.copyOf(tenants);
    if (tenants.isEmpty()) {
      throw new IllegalArgumentException("a piece of a query needs a tenant");
    }
  }
}

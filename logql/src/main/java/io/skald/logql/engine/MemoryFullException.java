package io.skald.logql.engine;

/** Other queries hold the memory that this one needs. */
final class MemoryFullException extends QueryException {
  private static final long serialVersionUID = 1;

  MemoryFullException(long othersBytes, long limitBytes) {
    super(
        503,
        "other queries hold "
            + othersBytes
            + " bytes of memory, and all queries of a process together may hold "
            + limitBytes
            + " (querier.max_total_query_memory); send the query again later, or let it need less: "
            + "fewer streams, a shorter time range");
  }
}

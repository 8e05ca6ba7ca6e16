package io.skald.common.fleet;

import java.util.Map;

/**
 * What a piece of a query yields.
 *
 * @param answer what the engine of the caller takes; not copied
 * @param statistics what it cost, by the names of counters
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PieceResult(byte[] answer, Map<String, Long> statistics) {
  public PieceResult {
    statistics = Map.copyOf(statistics);
  }
}

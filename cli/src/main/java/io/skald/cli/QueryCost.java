package io.skald.cli;

import java.util.Map;

/** What the answers of a query say about the work that they took, summed up. */
final class QueryCost {
  private long lines;
  private long bytes;
  private double seconds;

  void add(Object answer) {
    Map<String, Object> summary = Json.object(answer, "data", "stats", "summary");
    lines += Json.number(summary.get("totalLinesProcessed")).longValue();
    bytes += Json.number(summary.get("totalBytesProcessed")).longValue();
    seconds += Json.number(summary.get("execTime")).doubleValue();
  }

  String text() {
    return "%d lines, %d bytes looked at in %.3f s".formatted(lines, bytes, seconds);
  }
}

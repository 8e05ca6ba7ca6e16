package io.skald.querier.api;

import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a read endpoint needs of an HTTP request.
 *
 * @param values all values of a parameter by name, query string before form
 * @param encodingFlags the values of {@code X-Loki-Response-Encoding-Flags}, split at commas
 * @param fromCache whether the answer may be put together from kept results
 * @param cancellation ends the work when its time is up or nobody waits for the answer any more
 * @param threads run its work
 * @param meter measures it
 */
public record ReadRequest(
    Function<String, List<String>> values,
    List<String> encodingFlags,
    boolean fromCache,
    Cancellation cancellation,
    QueryThreads threads,
    ReadMeter meter) {
  static final String CATEGORIZE = "categorize-labels";

  /** Splits the header into flags; blanks are dropped. */
  public static List<String> flags(List<String> headerValues) {
    List<String> flags = new ArrayList<>();
    for (String value : headerValues) {
      for (String flag : value.split(",", -1)) {
        if (!flag.isBlank()) {
          flags.add(flag.strip());
        }
      }
    }
    return flags;
  }

  boolean categorizeLabels() {
    return encodingFlags.contains(CATEGORIZE);
  }

  Parameters parameters(long nowNanos) {
    return new Parameters(values, nowNanos);
  }
}

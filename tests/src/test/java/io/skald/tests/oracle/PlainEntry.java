package io.skald.tests.oracle;

import java.util.Map;

/**
 * One entry as it was pushed.
 *
 * @param sequence its place in the order of arrival, over all streams
 */
record PlainEntry(
    Map<String, String> stream,
    long timestampNanos,
    String line,
    Map<String, String> metadata,
    int sequence) {
  PlainEntry {
    stream = Map.copyOf(stream);
    metadata = Map.copyOf(metadata);
  }
}

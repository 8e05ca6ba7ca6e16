package io.skald.querier.fleet;

import io.skald.logql.engine.QueryStatistics;
import io.skald.storage.read.ReadStatistics;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a query by the names that they have between processes. */
final class CountedStatistics {
  private final Map<String, LongAdder> counters = new LinkedHashMap<>();

  /** Times are not among them: pieces run beside each other, and time is that of who waits. */
  CountedStatistics(QueryStatistics query, ReadStatistics reads) {
    counters.put("processed_bytes", query.processedBytes);
    counters.put("processed_lines", query.processedLines);
    counters.put("post_filter_lines", query.postFilterLines);
    counters.put("structured_metadata_bytes", query.structuredMetadataBytes);
    counters.put("blocks_total", query.blocksTotal);
    counters.put("blocks_skipped", query.blocksSkipped);
    counters.put("bytes_skipped", query.bytesSkipped);
    counters.put("chunks", query.chunks);
    counters.put("streams", query.streams);
    counters.put("head_bytes", query.headBytes);
    counters.put("head_lines", query.headLines);
    counters.put("results_found", query.resultsFound);
    counters.put("results_stored", query.resultsStored);
    counters.put("result_bytes_found", query.resultBytesFound);
    counters.put("result_bytes_stored", query.resultBytesStored);
    counters.put("result_nanos_found", query.resultNanosFound);
    counters.put("fetched_bytes", reads.fetchedBytes);
    counters.put("compressed_bytes", reads.compressedBytes);
    counters.put("decompressed_bytes", reads.decompressedBytes);
    counters.put("decompressed_lines", reads.decompressedLines);
    counters.put("cache_hits", reads.cacheHits);
    counters.put("blocks_outside_range", reads.blocksOutsideRange);
  }

  Map<String, Long> toMap() {
    Map<String, Long> values = new HashMap<>();
    counters.forEach((name, counter) -> values.put(name, counter.sum()));
    return values;
  }

  /** Adds what another process counted. */
  void add(Map<String, Long> values) {
    counters.forEach((name, counter) -> counter.add(values.getOrDefault(name, 0L)));
  }
}

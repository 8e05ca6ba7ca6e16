package io.skald.querier.api;

import io.skald.logql.engine.QueryStatistics;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes the {@code stats} object of a query answer. Clients read some of it with fixed types, so
 * every key is always there; caches that do not exist here report zeros.
 */
final class StatisticsWriter {
  private static final List<String> CACHES =
      List.of(
          "chunk",
          "index",
          "result",
          "statsResult",
          "volumeResult",
          "seriesResult",
          "labelResult",
          "instantMetricResult");

  private StatisticsWriter() {}

  /**
   * @param nanos how long the evaluation took
   * @param queueNanos how long it had waited before for its tenant's turn
   * @param entries the entries of the answer
   */
  static void write(
      JsonGenerator json, QueryStatistics statistics, long nanos, long queueNanos, long entries) {
    double seconds = nanos / 1e9;
    json.writeStartObject();
    writeSummary(json, statistics, seconds, queueNanos / 1e9, entries);
    json.writeObjectPropertyStart("querier");
    writeStore(json, statistics, false);
    json.writeNumberProperty("querierExecTime", seconds);
    json.writeEndObject();
    json.writeObjectPropertyStart("ingester");
    json.writeNumberProperty("totalReached", 1);
    json.writeNumberProperty("totalChunksMatched", 0);
    json.writeNumberProperty("totalBatches", 0);
    json.writeNumberProperty("totalLinesSent", 0);
    json.writeNumberProperty("recvWaitTime", 0);
    writeStore(json, statistics, true);
    json.writeEndObject();
    json.writeObjectPropertyStart("cache");
    for (String cache : CACHES) {
      json.writeObjectPropertyStart(cache);
      boolean results = cache.equals("result");
      writeCounter(json, "entriesFound", results ? statistics.resultsFound : null);
      writeCounter(json, "entriesRequested", results ? statistics.resultsRequested : null);
      writeCounter(json, "entriesStored", results ? statistics.resultsStored : null);
      writeCounter(json, "bytesReceived", results ? statistics.resultBytesFound : null);
      writeCounter(json, "bytesSent", results ? statistics.resultBytesStored : null);
      writeCounter(json, "requests", results ? statistics.resultsRequested : null);
      writeCounter(json, "downloadTime", null);
      writeCounter(json, "queryLengthServed", results ? statistics.resultNanosFound : null);
      json.writeEndObject();
    }
    json.writeEndObject();
    json.writeObjectPropertyStart("index");
    json.writeNumberProperty("totalChunks", statistics.chunks.sum());
    json.writeNumberProperty("postFilterChunks", statistics.chunks.sum());
    json.writeNumberProperty("shardsDuration", 0);
    json.writeNumberProperty("totalStreams", statistics.streams.sum());
    json.writeBooleanProperty("usedBloomFilters", false);
    json.writeNumberProperty("chunkRefsLookupTime", 0);
    json.writeNumberProperty("bloomFilterTime", 0);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeCounter(JsonGenerator json, String name, @Nullable LongAdder counter) {
    json.writeNumberProperty(name, counter == null ? 0 : counter.sum());
  }

  private static void writeSummary(
      JsonGenerator json,
      QueryStatistics statistics,
      double seconds,
      double queueSeconds,
      long entries) {
    long bytes = statistics.processedBytes.sum();
    long lines = statistics.processedLines.sum();
    json.writeObjectPropertyStart("summary");
    json.writeNumberProperty("bytesProcessedPerSecond", (long) (bytes / Math.max(seconds, 1e-9)));
    json.writeNumberProperty("linesProcessedPerSecond", (long) (lines / Math.max(seconds, 1e-9)));
    json.writeNumberProperty("totalBytesProcessed", bytes);
    json.writeNumberProperty("totalLinesProcessed", lines);
    json.writeNumberProperty("execTime", seconds);
    json.writeNumberProperty("queueTime", queueSeconds);
    json.writeNumberProperty("subqueries", 0);
    json.writeNumberProperty("totalEntriesReturned", entries);
    json.writeNumberProperty("splits", 1);
    json.writeNumberProperty("shards", 1);
    json.writeNumberProperty("totalPostFilterLines", statistics.postFilterLines.sum());
    json.writeNumberProperty(
        "totalStructuredMetadataBytesProcessed", statistics.structuredMetadataBytes.sum());
    json.writeEndObject();
  }

  private static void writeStore(JsonGenerator json, QueryStatistics statistics, boolean recent) {
    json.writeObjectPropertyStart("store");
    json.writeNumberProperty("totalChunksRef", recent ? 0 : statistics.chunks.sum());
    json.writeNumberProperty("totalChunksDownloaded", recent ? 0 : statistics.chunks.sum());
    json.writeNumberProperty("chunksDownloadTime", 0);
    json.writeBooleanProperty("queryReferencedStructuredMetadata", false);
    json.writeBooleanProperty("queryUsedV2Engine", false);
    json.writeObjectPropertyStart("chunk");
    json.writeNumberProperty("headChunkBytes", recent ? statistics.headBytes.sum() : 0);
    json.writeNumberProperty("headChunkLines", recent ? statistics.headLines.sum() : 0);
    json.writeNumberProperty("decompressedBytes", recent ? 0 : statistics.decompressedBytes.sum());
    json.writeNumberProperty("decompressedLines", recent ? 0 : statistics.decompressedLines.sum());
    json.writeNumberProperty("compressedBytes", recent ? 0 : statistics.compressedBytes.sum());
    json.writeNumberProperty("totalDuplicates", 0);
    json.writeNumberProperty("postFilterLines", recent ? 0 : statistics.postFilterLines.sum());
    json.writeNumberProperty("headChunkStructuredMetadataBytes", 0);
    json.writeNumberProperty("decompressedStructuredMetadataBytes", 0);
    json.writeEndObject();
    json.writeNumberProperty("chunkRefsFetchTime", 0);
    json.writeNumberProperty("congestionControlLatency", 0);
    json.writeNumberProperty("pipelineWrapperFilteredLines", 0);
    json.writeEndObject();
  }
}

package io.skald.querier.pattern;

import io.skald.common.ingest.RecentPatterns;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamSources;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.pattern.PatternMerge;
import io.skald.storage.pattern.PatternReader;
import java.time.Duration;
import java.util.List;

/** Everything a querier knows of patterns. Thread-safe. */
public final class PatternSource {
  /** Bounds the memory of one request to about 64 MiB. */
  private static final long MAX_SAMPLES = 4L << 20;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final StreamSources sources;
  private final PatternReader reader;
  private final long bucketSeconds;

  /**
   * @param sampleInterval width of the buckets that patterns are counted in
   */
  public PatternSource(StreamSources sources, PatternReader reader, Duration sampleInterval) {
    this.sources = sources;
    this.reader = reader;
    this.bucketSeconds = sampleInterval.toSeconds();
  }

  /**
   * Returns the patterns of the matching streams, the most frequent first; those that differ only
   * in numbers are one. A bucket counts if it begins before the end and does not end before the
   * start.
   *
   * @param endNanos exclusive
   * @param stepSeconds samples are at multiples of this
   * @throws QueryException if there are too many different patterns, or nobody waits for them
   */
  public List<PatternSamples> patterns(
      ReadTenants tenants,
      List<LabelMatcher> matchers,
      long startNanos,
      long endNanos,
      long stepSeconds,
      Cancellation cancellation) {
    PatternMerge merge = new PatternMerge();
    for (TenantId tenant : tenants.chosen(matchers)) {
      collect(
          tenant,
          tenants.ofStreams(matchers),
          startNanos,
          endNanos,
          stepSeconds,
          cancellation,
          merge);
    }
    return merge.joined();
  }

  private void collect(
      TenantId tenant,
      List<LabelMatcher> matchers,
      long startNanos,
      long endNanos,
      long stepSeconds,
      Cancellation cancellation,
      PatternMerge merge) {
    long from = Math.floorDiv(startNanos, bucketSeconds * NANOS_PER_SECOND) * bucketSeconds;
    long through = Math.floorDiv(endNanos - 1, NANOS_PER_SECOND);
    StreamSources.FoundPatterns found = sources.patterns(tenant, matchers, startNanos, endNanos);
    RecentPatterns.Found inMemory = found.inMemory();
    inMemory.samples().forEach(samples -> merge.add(samples, from, through, stepSeconds));
    for (IndexedStream stream : found.indexed()) {
      for (ChunkRef chunk : stream.chunks()) {
        if (!inMemory.chunkIds().contains(chunk.chunkId())) {
          cancellation.check();
          reader.patterns(chunk).forEach(samples -> merge.add(samples, from, through, stepSeconds));
        }
        checkSize(merge);
      }
    }
  }

  private static void checkSize(PatternMerge merge) {
    if (merge.size() > MAX_SAMPLES) {
      throw new QueryException(
          400,
          "the patterns of these streams have more than "
              + MAX_SAMPLES
              + " samples; ask for fewer streams, a shorter time or a larger step");
    }
  }
}

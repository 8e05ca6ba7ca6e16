package io.skald.querier.pattern;

import io.skald.common.ingest.RecentPatterns;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamSources;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternCopies;
import io.skald.storage.pattern.PatternMerge;
import io.skald.storage.pattern.PatternReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
    Map<Fingerprint, List<RecentPatterns.StreamPatterns>> inMemory = new LinkedHashMap<>();
    for (RecentPatterns.StreamPatterns one : found.inMemory().streams()) {
      inMemory.computeIfAbsent(one.stream(), _ -> new ArrayList<>()).add(one);
    }
    Map<Fingerprint, List<ChunkRef>> stored = new LinkedHashMap<>();
    inMemory.keySet().forEach(stream -> stored.put(stream, List.of()));
    found.indexed().forEach(stream -> stored.put(stream.fingerprint(), stream.chunks()));
    stored.forEach((stream, chunks) -> {
      PatternCopies copies = new PatternCopies();
      for (RecentPatterns.StreamPatterns one : inMemory.getOrDefault(stream, List.of())) {
        String writer = PackWriter.writer(one.ingester());
        add(copies, writer, one.samples(), from, through);
        checkSize(merge.size() + copies.size());
      }
      for (ChunkRef chunk : chunks) {
        if (!found.inMemory().chunkIds().contains(chunk.chunkId())) {
          cancellation.check();
          String writer = PackWriter.writerOf(chunk.packKey());
          add(copies, writer, reader.patterns(chunk), from, through);
        }
        checkSize(merge.size() + copies.size());
      }
      for (PatternSamples samples : copies.fullest()) {
        merge.add(samples, from, through, stepSeconds);
      }
      checkSize(merge.size());
    });
  }

  private void add(
      PatternCopies copies, String writer, List<PatternSamples> all, long from, long through) {
    // Without copies everything is added up, also what packs of other names hold.
    String copy = sources.hasReplicas() ? writer : "";
    all.forEach(samples -> copies.add(copy, samples, from, through));
  }

  private static void checkSize(long size) {
    if (size > MAX_SAMPLES) {
      throw new QueryException(
          400,
          "the patterns of these streams have more than "
              + MAX_SAMPLES
              + " samples; ask for fewer streams, a shorter time or a larger step");
    }
  }
}

package io.skald.common.ingest;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import java.util.List;
import java.util.Set;

/** The patterns of what one ingester holds in memory. */
public interface RecentPatterns {
  /**
   * Returns the patterns of the chunks that {@link RecentStreams#select} would return blocks of. As
   * there: ask this before the index, and leave out the stored chunks that are named here.
   */
  Found patterns(TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /**
   * Patterns of several streams.
   *
   * @param chunkIds the chunks that were looked at, under the ids that the index will list them
   * @param streams a stream may stand more than once, for several ingesters
   */
  record Found(Set<Long> chunkIds, List<StreamPatterns> streams) {
    public Found {
      chunkIds = Set.copyOf(chunkIds);
      streams = List.copyOf(streams);
    }
  }

  /**
   * Patterns of one stream from one ingester.
   *
   * @param ingester its name in the ring; empty where an ingester speaks of itself
   * @param samples the same pattern may stand more than once
   */
  record StreamPatterns(Fingerprint stream, String ingester, List<PatternSamples> samples) {
    public StreamPatterns {
      samples = List.copyOf(samples);
    }

    /** Returns the same as said by an ingester of this name. */
    public StreamPatterns from(String name) {
      return new StreamPatterns(stream, name, samples);
    }
  }
}

package io.skald.common.ingest;

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
   * @param samples the same pattern may stand more than once
   */
  record Found(Set<Long> chunkIds, List<PatternSamples> samples) {
    public Found {
      chunkIds = Set.copyOf(chunkIds);
      samples = List.copyOf(samples);
    }
  }
}

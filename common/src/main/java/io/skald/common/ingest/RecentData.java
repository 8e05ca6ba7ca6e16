package io.skald.common.ingest;

import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Set;

/**
 * What ingesters have, in memory and flushed, each in one call: whoever asks for the two apart may
 * get them from different ingesters when one fails in between, and miss what it flushed then.
 *
 * <p>Ranges of time are nanoseconds, both ends inclusive. Calls block, and throw {@link
 * IngestUnavailableException} if an ingester does not answer (if too few do, for several).
 */
public interface RecentData {
  /**
   * Returns the entries of a shard.
   *
   * @param room for as long as the entries are used; what a call took that fails is the caller's to
   *     give back
   */
  Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room);

  /** Returns the labels of the streams that {@link #select} would return. */
  Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** As {@link #select}, with patterns in place of entries. */
  PatternHoldings patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /**
   * Entries.
   *
   * @param inMemory entries outside of the range may be left out
   * @param flushed what of it is also in memory has the same chunk id there
   */
  record Holdings(List<RecentStream> inMemory, List<FlushedStream> flushed) {
    public Holdings {
      inMemory = List.copyOf(inMemory);
      flushed = List.copyOf(flushed);
    }
  }

  /** Patterns; {@code flushed} as for entries. */
  record PatternHoldings(RecentPatterns.Found inMemory, List<FlushedStream> flushed) {
    public PatternHoldings {
      flushed = List.copyOf(flushed);
    }
  }

  /**
   * Chunks of a stream that an ingester has written to the object store.
   *
   * @param chunks references in the form of the label index, which alone can read them
   */
  record FlushedStream(Fingerprint fingerprint, Labels labels, List<byte[]> chunks) {
    public FlushedStream {
      chunks = List.copyOf(chunks);
    }
  }
}

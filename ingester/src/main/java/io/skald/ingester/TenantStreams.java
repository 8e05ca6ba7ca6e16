package io.skald.ingester;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.storage.pattern.PatternMiner;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The streams of one tenant. Thread-safe. */
final class TenantStreams {
  private final TenantId tenant;
  private final Map<Fingerprint, LiveStream> streams = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final LabelPostings postings = new LabelPostings();

  TenantStreams(TenantId tenant) {
    this.tenant = tenant;
  }

  TenantId tenant() {
    return tenant;
  }

  int size() {
    return count.get();
  }

  Collection<LiveStream> all() {
    return streams.values();
  }

  @Nullable LiveStream get(Fingerprint fingerprint) {
    return streams.get(fingerprint);
  }

  /**
   * Returns the stream, made by {@code creation} if it is new.
   *
   * @param maxStreams how many there may be; 0 is no limit
   * @return null if it is new and one too many
   */
  @Nullable LiveStream getOrCreate(
      Fingerprint fingerprint, int maxStreams, Supplier<LiveStream> creation) {
    LiveStream known = streams.get(fingerprint);
    if (known != null) {
      return known;
    }
    return streams.computeIfAbsent(
        fingerprint,
        _ -> {
          if (maxStreams > 0 && count.get() >= maxStreams) {
            return null;
          }
          LiveStream created = creation.get();
          count.incrementAndGet();
          postings.add(created);
          return created;
        });
  }

  /** Takes out a stream that has been retired. */
  void remove(LiveStream retired) {
    if (streams.remove(retired.fingerprint(), retired)) {
      count.decrementAndGet();
      postings.remove(retired);
      PatternMiner miner = retired.miner();
      if (miner != null) {
        miner.clear();
      }
    }
  }

  List<LiveStream> matching(List<LabelMatcher> matchers) {
    return postings.matching(matchers, streams.values());
  }
}

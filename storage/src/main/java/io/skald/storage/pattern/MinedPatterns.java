package io.skald.storage.pattern;

import io.skald.common.pattern.PatternSamples;
import java.util.ArrayList;
import java.util.List;

/**
 * The patterns of one block. Their texts follow what the miner learns from later blocks until they
 * are asked for. Thread-safe.
 */
public final class MinedPatterns {
  private final PatternMiner miner;
  private final List<Tally> tallies;
  private final long memoryBytes;

  MinedPatterns(PatternMiner miner, List<Tally> tallies) {
    this.miner = miner;
    this.tallies = List.copyOf(tallies);
    this.memoryBytes = tallies.stream().mapToLong(Tally::memoryBytes).sum();
  }

  /** Returns about how much memory the counts take. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** Returns the counts under the present texts; a text may stand more than once. */
  public List<PatternSamples> samples() {
    List<PatternSamples> result = new ArrayList<>(tallies.size());
    synchronized (miner) {
      for (Tally tally : tallies) {
        result.add(samples(tally));
      }
    }
    return result;
  }

  private PatternSamples samples(Tally tally) {
    long[] seconds = new long[tally.size()];
    long[] counts = new long[tally.size()];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = tally.bucket(i) * miner.bucketSeconds();
      counts[i] = tally.count(i);
    }
    return new PatternSamples(tally.cluster.text(), tally.cluster.level, seconds, counts);
  }
}

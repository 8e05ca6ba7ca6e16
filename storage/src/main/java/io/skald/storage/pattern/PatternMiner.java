package io.skald.storage.pattern;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Learns the patterns of one stream from its blocks and counts their lines. Thread-safe; blocks may
 * come in any order and more than once.
 *
 * <p>The method is Drain's (P. He, J. Zhu, Z. Zheng, M. R. Lyu, "Drain: An Online Log Parsing
 * Approach with Fixed Depth Tree", IEEE ICWS 2017): lines are put into groups by what is cheap to
 * see, and inside a group a line joins the most similar pattern, which then keeps only the words
 * that both have. What differs from the paper:
 *
 * <ul>
 *   <li>the tree is one step: a group is the line's shape, all delimiters included, with its level;
 *   <li>a token with a digit varies from the start (the paper's preprocessing), but is written as
 *       text while it is the same in all lines, such as a version;
 *   <li>names, as in {@code name=}, must be equal and do not count as similarity: otherwise
 *       structured lines with many of them would all be similar;
 *   <li>a line whose literal text was seen before is found by its hash, without a comparison. So
 *       most lines cost one pass over their bytes.
 * </ul>
 */
public final class PatternMiner {
  private static final String UNKNOWN = "unknown";
  private static final String LEVEL = "detected_level";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long LEVEL_MULTIPLIER = 0xC2B2AE3D27D4EB4FL;

  /** A level is a label value: a stream that writes arbitrary ones must not get a tree for each. */
  private static final int MAX_LEVELS = 16;

  /** Evictions per block that are no sign of a stream without patterns. */
  private static final int FREE_EVICTIONS = 16;

  private static final int FIRST_CACHE_SIZE = 16;
  private static final int MAX_CACHE_SIZE = 1024;

  private final PatternConfig config;
  private final PatternBudget budget;
  private final String streamLevel;
  private final long bucketNanos;

  // Guarded by this.
  private final Map<Long, ClusterGroup> groups = new HashMap<>();
  private final List<Cluster> clusters = new ArrayList<>();
  private final List<String> levels = new ArrayList<>();
  private long linesSeen;

  /**
   * Clusters by the hash of the literal text of lines they took; a place for each, the last won.
   */
  private long[] cachedKeys = new long[FIRST_CACHE_SIZE];

  private @Nullable Cluster[] cached = new @Nullable Cluster[FIRST_CACHE_SIZE];

  /**
   * @param budget shared by all streams
   * @param stream whose lines they are; names the level of lines that have none of their own
   */
  public PatternMiner(PatternConfig config, PatternBudget budget, Labels stream) {
    this.config = config;
    this.budget = budget;
    this.bucketNanos = config.patternSampleInterval().toNanos();
    String level = stream.get(LEVEL);
    this.streamLevel = level == null ? UNKNOWN : level;
  }

  long bucketSeconds() {
    return bucketNanos / NANOS_PER_SECOND;
  }

  /** Returns the patterns of a block, all of whose columns but the filter are read. */
  public synchronized MinedPatterns mine(BlockView block) {
    BlockRun run = new BlockRun(block);
    int mined = run.mine();
    budget.mined(mined, block.size() - mined);
    return run.finish();
  }

  /** Forgets everything and gives its memory back; the miner stays usable. */
  public synchronized void clear() {
    long bytes = clusters.stream().mapToLong(Cluster::memoryBytes).sum();
    budget.giveBack(clusters.size(), bytes);
    clusters.forEach(cluster -> cluster.evicted = true);
    clusters.clear();
    groups.clear();
    Arrays.fill(cached, null);
  }

  /** One pass over one block. */
  private final class BlockRun {
    private final LineTokens tokens = new LineTokens(config.maxAllowedLineLength());
    private final List<Tally> tallies = new ArrayList<>();
    private final BlockView block;
    private final byte[] lines;
    private final int[] offsets;
    private final int[] levelIndexes;
    private int evictions;

    BlockRun(BlockView block) {
      this.block = block;
      this.lines = block.lines();
      this.offsets = block.lineOffsets();
      this.levelIndexes = levelIndexes(block.metadata());
    }

    /** Returns how many lines got a pattern. */
    int mine() {
      long[] timestamps = block.timestamps();
      int[] metadataIds = block.metadataIds();
      int mined = 0;
      long bucket = 0;
      long bucketEnd = Long.MIN_VALUE;
      for (int i = 0; i < block.size(); i++) {
        if (offsets[i + 1] == offsets[i]) {
          continue;
        }
        if (timestamps[i] >= bucketEnd) {
          bucket = Math.floorDiv(timestamps[i], bucketNanos);
          bucketEnd = (bucket + 1) * bucketNanos;
        }
        Cluster cluster = take(i, levelIndexes[metadataIds[i]]);
        if (cluster != null) {
          tally(cluster).add(bucket);
          mined++;
        }
        if (evictions > FREE_EVICTIONS && isHopeless(i)) {
          break;
        }
      }
      return mined;
    }

    private boolean isHopeless(int line) {
      return config.maxEvictionRatio() > 0
          && evictions - FREE_EVICTIONS > config.maxEvictionRatio() * line;
    }

    private @Nullable Cluster take(int line, int levelIndex) {
      int start = offsets[line];
      int end = offsets[line + 1];
      tokens.scan(lines, start, end);
      long salt = (levelIndex + 1) * LEVEL_MULTIPLIER;
      long cacheKey = tokens.literals ^ salt;
      int place = (int) (cacheKey >>> 32) & (cached.length - 1);
      Cluster cluster = cachedKeys[place] == cacheKey ? cached[place] : null;
      if (cluster == null || cluster.evicted || !cluster.comparable(tokens)) {
        cluster = find(tokens.shape ^ salt, start, end, levels.get(levelIndex));
        if (cluster == null) {
          return null;
        }
        remember(cacheKey, cluster);
      }
      cluster.lastUsed = ++linesSeen;
      cluster.take(tokens, lines);
      return cluster;
    }

    private @Nullable Cluster find(long groupKey, int start, int end, String level) {
      ClusterGroup group = groups.get(groupKey);
      Cluster known = group == null ? null : group.find(tokens);
      if (known != null) {
        return known;
      }
      Cluster created = new Cluster(tokens, lines, start, end, level, groupKey);
      if (!makeRoom(created.memoryBytes())) {
        return null;
      }
      groups.computeIfAbsent(groupKey, _ -> new ClusterGroup()).add(created);
      clusters.add(created);
      return created;
    }

    private boolean makeRoom(long bytes) {
      if (clusters.size() >= config.maxClusters()) {
        evictOldest();
      }
      while (!budget.take(bytes)) {
        if (clusters.isEmpty()) {
          return false;
        }
        evictOldest();
      }
      return true;
    }

    private void evictOldest() {
      int oldest = 0;
      for (int i = 1; i < clusters.size(); i++) {
        if (clusters.get(i).lastUsed < clusters.get(oldest).lastUsed) {
          oldest = i;
        }
      }
      evict(oldest);
      evictions++;
      budget.evicted();
    }

    private Tally tally(Cluster cluster) {
      Tally tally = cluster.tally;
      if (tally == null) {
        tally = new Tally(cluster);
        cluster.tally = tally;
        tallies.add(tally);
      }
      return tally;
    }

    MinedPatterns finish() {
      tallies.forEach(tally -> tally.cluster.tally = null);
      return new MinedPatterns(PatternMiner.this, tallies);
    }
  }

  private void evict(int index) {
    Cluster cluster = clusters.get(index);
    clusters.set(index, clusters.getLast());
    clusters.removeLast();
    cluster.evicted = true;
    ClusterGroup group = groups.get(cluster.key);
    if (group != null && group.remove(cluster)) {
      groups.remove(cluster.key);
    }
    budget.giveBack(1, cluster.memoryBytes());
  }

  private void remember(long cacheKey, Cluster cluster) {
    if (cached.length < MAX_CACHE_SIZE && clusters.size() > cached.length / 4) {
      cachedKeys = new long[4 * cached.length];
      cached = new @Nullable Cluster[cachedKeys.length];
    }
    int place = (int) (cacheKey >>> 32) & (cached.length - 1);
    cachedKeys[place] = cacheKey;
    cached[place] = cluster;
  }

  private int[] levelIndexes(MetadataTable metadata) {
    int[] indexes = new int[metadata.size()];
    for (int id = 0; id < indexes.length; id++) {
      String level = metadata.get(id).get(LEVEL);
      indexes[id] = levelIndex(level == null ? streamLevel : level);
    }
    return indexes;
  }

  /** The first places are kept for the level of the stream and for what has none of its own. */
  private int levelIndex(String level) {
    if (levels.isEmpty()) {
      levels.add(UNKNOWN);
    }
    int known = levels.indexOf(level);
    if (known >= 0) {
      return known;
    }
    if (levels.size() == MAX_LEVELS) {
      return 0;
    }
    levels.add(level);
    return levels.size() - 1;
  }
}

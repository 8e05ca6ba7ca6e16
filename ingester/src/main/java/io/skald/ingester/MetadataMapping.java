package io.skald.ingester;

import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.Arrays;

/**
 * Finds the ids that the metadata sets of a batch have in the table of a head, hashing each set
 * once per head. Used by the one thread that appends; reusable.
 */
final class MetadataMapping {
  private static final int MIN_CAPACITY = 64;
  private static final int BYTES_PER_SET = 96;
  private static final int BYTES_PER_LABEL = 112;

  private int[] ids = new int[MIN_CAPACITY];
  private int[] rounds = new int[MIN_CAPACITY];
  private int round;
  private MetadataTable source = new MetadataTable();

  /**
   * Starts to map from {@code sourceTable} into a table that {@link #map} was not called with yet.
   */
  void begin(MetadataTable sourceTable) {
    source = sourceTable;
    if (ids.length < sourceTable.size()) {
      int capacity = Math.max(2 * ids.length, sourceTable.size());
      ids = new int[capacity];
      rounds = new int[capacity];
      round = 0;
    }
    if (++round == Integer.MAX_VALUE) {
      Arrays.fill(rounds, 0);
      round = 1;
    }
  }

  /** Returns the id of the source's set {@code sourceId} in {@code target}, adding it if needed. */
  int map(int sourceId, MetadataTable target) {
    if (rounds[sourceId] == round) {
      return ids[sourceId];
    }
    int id = target.intern(source.get(sourceId));
    ids[sourceId] = id;
    rounds[sourceId] = round;
    return id;
  }

  /** Returns about how much memory a set takes, its strings included. */
  static long memoryBytes(Labels set) {
    long characters = 0;
    for (int i = 0; i < set.size(); i++) {
      characters += set.name(i).length() + set.value(i).length();
    }
    return BYTES_PER_SET + (long) set.size() * BYTES_PER_LABEL + characters;
  }
}

package io.skald.common.block;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The distinct sets of structured metadata of a batch or block. Entries refer to a set by its id;
 * id 0 is always the empty set.
 *
 * <p>Sets repeat heavily (most entries differ only in their detected level), so one object per set
 * is not one per entry. Not thread-safe while sets are added; safe to read once published.
 */
public final class MetadataTable {
  private final List<Labels> sets = new ArrayList<>();
  private final Map<Labels, Integer> ids = new HashMap<>();

  public MetadataTable() {
    intern(Labels.EMPTY);
  }

  /** Returns the id of {@code set}, adding it when it is new. */
  public int intern(Labels set) {
    Integer known = ids.putIfAbsent(set, sets.size());
    if (known != null) {
      return known;
    }
    sets.add(set);
    return sets.size() - 1;
  }

  public Labels get(int id) {
    return sets.get(id);
  }

  /** Returns the number of sets, the empty one included; at least 1. */
  public int size() {
    return sets.size();
  }
}

package io.skald.common.block;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * What structured metadata counts where sizes of data are told ({@code index/volume}, {@code
 * index/stats}, query limits): eight bytes for each pair of each entry, and each distinct name and
 * value of a block once.
 */
public final class MetadataSize {
  private static final int PAIR_BYTES = 8;

  private final Set<String> texts = new HashSet<>();
  private final boolean[] isSeen;
  private final MetadataTable table;
  private long bytes;

  private MetadataSize(MetadataTable table) {
    this.table = table;
    this.isSeen = new boolean[table.size()];
  }

  /**
   * Returns the bytes of a block's metadata.
   *
   * @param ids sets of the entries, {@code [0, size)}
   */
  public static long of(int[] ids, MetadataTable table, int size) {
    MetadataSize sum = new MetadataSize(table);
    for (int i = 0; i < size; i++) {
      if (ids[i] != 0) {
        sum.add(ids[i]);
      }
    }
    return sum.bytes;
  }

  private void add(int id) {
    Labels set = table.get(id);
    bytes += (long) PAIR_BYTES * set.size();
    if (isSeen[id]) {
      return;
    }
    isSeen[id] = true;
    for (int i = 0; i < set.size(); i++) {
      addText(set.name(i));
      addText(set.value(i));
    }
  }

  private void addText(String text) {
    if (texts.add(text)) {
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
  }
}

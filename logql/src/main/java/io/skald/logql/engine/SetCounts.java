package io.skald.logql.engine;

/**
 * Counts a run of entries by their set of structured metadata: an array increment per entry, and a
 * state looked up per set that occurs.
 */
final class SetCounts {
  private final BlockSeries series;
  private final int[] metadataIds;
  private final int[] entries;
  private final long[] bytes;

  /** The sets that occurred since the last {@link #flush}. */
  private final int[] occurred;

  private int occurredCount;

  /** Receives what was counted of one set. */
  interface Sink {
    void add(SeriesState state, int entries, long bytes);
  }

  SetCounts(BlockSeries series) {
    this.series = series;
    this.metadataIds = series.metadataIds();
    int sets = series.sets();
    this.entries = new int[sets];
    this.bytes = new long[sets];
    this.occurred = new int[sets];
  }

  /**
   * Counts the entries [from, to).
   *
   * @param offsets the bounds of lines, empty when bytes do not matter
   */
  void count(int from, int to, int[] offsets) {
    for (int i = from; i < to; i++) {
      int id = metadataIds[i];
      if (entries[id]++ == 0) {
        occurred[occurredCount++] = id;
      }
      if (offsets.length > 0) {
        bytes[id] += offsets[i + 1] - offsets[i];
      }
    }
  }

  /** Hands over what was counted, in the order in which sets first occurred, and begins anew. */
  void flush(Sink sink) {
    for (int i = 0; i < occurredCount; i++) {
      int id = occurred[i];
      sink.add(series.ofMetadata(id), entries[id], bytes[id]);
      entries[id] = 0;
      bytes[id] = 0;
    }
    occurredCount = 0;
  }
}

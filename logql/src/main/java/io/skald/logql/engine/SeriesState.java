package io.skald.logql.engine;

/**
 * What is known of one series while its entries are read: enough to give the value of the range
 * function at every step. Filled by one thread; states of several threads are then merged. The
 * outcome depends on the entries only, not on how they were spread over threads and blocks.
 */
sealed interface SeriesState permits CountState, SumState, ExtremeState, SampleState {
  /**
   * Adds an entry, or a run of entries in one pane where the function does not look at single
   * values.
   *
   * @param unit number of the block in the order of streams and arrival; not less than in earlier
   *     calls
   * @param firstStep first step whose window holds the entry
   * @param lastStep last such step, at least {@code firstStep}
   * @param entries number of entries, at least 1
   * @param value their bytes, or the unwrapped value of the one entry
   */
  void add(int unit, int firstStep, int lastStep, long timestampNanos, int entries, double value);

  /**
   * Adds what another thread found of the same series, in the same query; {@code other} is of no
   * use afterwards.
   */
  void merge(SeriesState other);

  /** Returns what it holds of the memory budget, with what was merged into it. */
  long heldBytes();

  /** Writes what was added, for the same query in another process. */
  void write(AnswerWriter out);

  /**
   * Takes what {@link #write} wrote of a state of the same query; this one is new.
   *
   * @throws IllegalArgumentException if it was written by no such state
   */
  void read(AnswerReader in);

  /**
   * Sets the value of the function at each step whose window holds an entry.
   *
   * @param cancellation asked where a step may take long
   */
  void finish(StepSeries out, Cancellation cancellation);
}

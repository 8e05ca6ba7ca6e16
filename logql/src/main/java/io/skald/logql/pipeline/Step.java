package io.skald.logql.pipeline;

/** A compiled stage. Immutable and thread-safe; all state is in the entry. */
interface Step {
  /** Runs the stage and returns whether the entry is kept. */
  boolean run(EntryState entry);

  /** Returns {@code needs} and the labels that this step reads. */
  default LabelNeeds withReads(LabelNeeds needs) {
    return needs;
  }

  /** Returns whether the step does nothing but extract labels. */
  default boolean onlyExtracts() {
    return false;
  }
}

package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import org.jspecify.annotations.Nullable;

/** The labels of an entry after a pipeline, by category. Precedence: parsed, metadata, stream. */
public interface LabelView {
  /** Returns the value of the label in the category that wins, or null when it is absent. */
  @Nullable String get(String name);

  /**
   * Returns all labels merged, error labels included. Cached per distinct label set if possible.
   */
  Labels all();

  /** Returns what is left of the stream's labels: those not dropped or overwritten. */
  Labels stream();

  Labels structuredMetadata();

  /** Returns the parsed labels, {@code __error__} and {@code __error_details__} included. */
  Labels parsed();

  /** Returns whether {@code __error__} is set. */
  boolean hasError();

  /**
   * Returns the labels that {@code grouping} keeps of {@link #all()}; absent ones are omitted. With
   * an error that the query does not ask for, returns all labels: such a series fails the query.
   */
  Labels group(Grouping grouping);

  /** Returns {@link #all()} without the label {@code name}. */
  Labels without(String name);
}

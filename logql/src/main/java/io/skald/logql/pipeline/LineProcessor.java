package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import java.util.Arrays;

/**
 * Runs a pipeline over the entries of one stream. Not thread-safe; the state describes the entry of
 * the last {@link #process} that returned true.
 */
public interface LineProcessor {
  /**
   * Runs all stages on the line {@code area[start, start + length)}.
   *
   * @param metadata the entry's structured metadata
   * @return whether the entry is kept
   */
  boolean process(long timestampNanos, byte[] area, int start, int length, Labels metadata);

  /** Returns the array that holds the line after the stages; the input array if none changed it. */
  byte[] lineArea();

  int lineStart();

  int lineLength();

  /** Returns the line after the stages, for the caller to keep. */
  default byte[] copyOfLine() {
    return Arrays.copyOfRange(lineArea(), lineStart(), lineStart() + lineLength());
  }

  /** Returns the labels after the stages. */
  LabelView labels();
}

package io.skald.agent.push;

import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineSink;
import io.skald.common.model.Labels;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes entries that stages have made, beside lines that are sent as they are. */
public interface EntrySink extends LineSink {
  /** Returns the time of reading for one line; a higher one each time. */
  long readNanos();

  /**
   * Takes one entry.
   *
   * @param tenant "" for the client's own
   * @param labels the text of the stream's labels
   * @param line not to be kept
   * @param before yields the position of the present file before the present line, or null if no
   *     file is being read; what it says must hold while this entry is not handed over
   * @return false if its stream is one too many, and it was not taken
   */
  boolean entry(
      String tenant,
      String labels,
      long timestampNanos,
      byte[] line,
      int from,
      int length,
      Labels metadata,
      Supplier<@Nullable FilePosition> before);

  /** Hears of a line of the present file that stages or limits dropped. */
  default void dropped(String reason) {}
}

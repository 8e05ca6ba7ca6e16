package io.skald.agent.tail;

import java.io.IOException;
import java.util.List;

/** Where a lane gets its lines from. Confined to the reader thread, except {@link #files}. */
public interface LineFeed extends AutoCloseable {
  /**
   * Hands on what has come.
   *
   * @return nanoseconds until the next look is due; 0 if there is more at once
   */
  long pass();

  /** Hands on, at the end of reading, what could not be had again later. */
  default void end() {}

  /** Tells whether somebody waits until what was handed on is durable. */
  default boolean isAwaited() {
    return false;
  }

  /** Tells whether no line will come any more. */
  boolean isFinished();

  /** Returns how the followed files stand; may be called by any thread. */
  List<FileStatus> files();

  @Override
  void close() throws IOException;
}

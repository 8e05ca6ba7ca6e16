package io.skald.agent.tail;

import java.io.IOException;
import java.util.List;

/**
 * Where a lane gets its lines from. Confined to the reader thread, except {@link #files} and {@link
 * #sources}.
 */
public interface LineFeed extends AutoCloseable {
  /** How soon a feed looks again whether there is room; most kinds of it wake the reader anyway. */
  long BLOCKED_NANOS = 20_000_000;

  /**
   * Hands on what has come.
   *
   * @return nanoseconds until the next look is due; 0 if there is more at once
   */
  long pass();

  /**
   * Hands on, at the end of reading, what could not be had again later.
   *
   * @return whether that is all; if not, to be called again when there is room
   */
  default boolean end() {
    return true;
  }

  /** Tells whether somebody waits until what was handed on is durable. */
  default boolean isAwaited() {
    return false;
  }

  /** Tells whether no line will come any more. */
  default boolean isFinished() {
    return false;
  }

  /** Returns how the followed files stand; may be called by any thread. */
  default List<FileStatus> files() {
    return List.of();
  }

  /** Returns how what is read beside files stands; may be called by any thread. */
  default List<SourceStatus> sources() {
    return List.of();
  }

  /** Tells whether there is something to read from; may be called by any thread. */
  default boolean isReady() {
    return !files().isEmpty() || sources().stream().anyMatch(SourceStatus::ready);
  }

  @Override
  void close() throws IOException;
}

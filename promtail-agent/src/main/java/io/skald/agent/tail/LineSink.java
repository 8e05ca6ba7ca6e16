package io.skald.agent.tail;

import io.skald.agent.position.FilePosition;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Takes the lines of a {@link Tailer}, on the tailer's thread. */
public interface LineSink {
  /**
   * Tells whether a chunk may be read now. What is read is handed over completely, so a sink goes
   * over its limit by one chunk at most.
   */
  boolean hasRoom();

  /**
   * Says whose lines come next.
   *
   * @param positionAt yields the file's position for an offset where one of its lines starts; null
   *     for lines that have none
   */
  void begin(LineSource source, @Nullable LongFunction<FilePosition> positionAt);

  /**
   * Takes one line, without its newline.
   *
   * @param buffer not to be kept
   * @param offset where the line starts in its file
   */
  void line(byte[] buffer, int from, int length, long offset);

  /** Files change hands: what is held back of them must go on now. */
  default void settle() {}

  /** A file is followed from here on; to be remembered even if nothing comes of it. */
  void sighted(FilePosition position);

  /** All lines up to {@code position} were handed over; or the file is to be forgotten. */
  void advance(FilePosition position);
}

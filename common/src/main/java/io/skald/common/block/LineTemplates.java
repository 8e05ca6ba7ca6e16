package io.skald.common.block;

import org.jspecify.annotations.Nullable;

/**
 * The lines of a block taken apart: few templates, and for each line the values that differ.
 *
 * <p>A template is a line in which each value is replaced by one marker byte. What a template says
 * holds for all its lines, so a filter or a parser looks at a template once, and only the values
 * that matter are read. A value is all of:
 *
 * <ul>
 *   <li>{@link #NUMBER}: a longest run of digits;
 *   <li>{@link #ID_32}, {@link #ID}: a longest run of ASCII letters and digits, of {@code [0-9a-f]}
 *       only, with a digit and a letter, of even length and at least {@link #MIN_ID_LENGTH} long;
 *   <li>{@link #WORD}: a longest run of ASCII letters and digits, with a digit and a letter.
 * </ul>
 *
 * A digit stands in a value always, never in the text of a template. Lines hold no byte up to
 * {@link #LAST_MARKER}. Immutable and thread-safe; arrays are shared and must not be modified.
 */
public interface LineTemplates {
  /** Stands behind each template in {@link #text}. */
  byte END = 0;

  byte NUMBER = 1;
  byte ID_32 = 2;
  byte ID = 3;
  byte WORD = 4;

  byte LAST_MARKER = WORD;

  int MIN_ID_LENGTH = 16;

  /** Returns the number of templates, at least 1. */
  int count();

  /** Returns the bytes of all templates: template t is {@code text()[start(t), end(t))}. */
  byte[] text();

  int start(int template);

  int end(int template);

  /** Returns for each entry its template; the array may be longer. */
  int[] ofEntries();

  /** Returns the values of all {@link #WORD}s, apart by a line feed, in any order. */
  byte[] words();

  /**
   * Puts lines together, or parts of them.
   *
   * @param entries which lines, ascending, in {@code [0, count)}
   * @param parts for a template the ranges of {@link #text} to put together, from and to in turn,
   *     ascending; null for the whole line
   */
  Lines lines(int[] entries, int count, int @Nullable [] @Nullable [] parts);

  /**
   * Lines side by side.
   *
   * @param bytes may be longer than the lines
   * @param offsets line i is {@code bytes[offsets[i], offsets[i + 1])}
   */
  record Lines(byte[] bytes, int[] offsets) {}
}

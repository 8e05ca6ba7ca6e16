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

  /** Returns a template. Equal ones of several blocks are mostly one object, and it is kept. */
  Template template(int number);

  /**
   * Puts lines together, or parts of them.
   *
   * @param entries which lines, ascending, in {@code [0, count)}
   * @param parts for each template that one of the lines has, what to put together of it, made by
   *     that template; null there, or null for all, for whole lines
   */
  Lines lines(int[] entries, int count, @Nullable Part @Nullable [] parts);

  /** A template by itself. Immutable and thread-safe. */
  interface Template {
    byte[] bytes();

    /**
     * Returns a part of the template.
     *
     * @param ranges of its bytes, from and to in turn, ascending
     */
    Part part(int[] ranges);
  }

  /** What is wanted of the lines of a template: made once, used for many blocks. */
  interface Part {}

  /**
   * Lines side by side.
   *
   * @param bytes may be longer than the lines
   * @param offsets line i is {@code bytes[offsets[i], offsets[i + 1])}
   */
  record Lines(byte[] bytes, int[] offsets) {}
}

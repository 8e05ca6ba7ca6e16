package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;

/**
 * Which column a value goes to, and how columns are written.
 *
 * <pre>
 *  column := h        of a NUMBER        h := (c >> 24) * 0x9E3779B97F4A7C15 mod 2^64 >> 56
 *          | 256 + h  of a WORD          c := the eight bytes before the marker in its template,
 *          | 512      of an ID_32             the nearest in the high byte, zeros before the start
 *          | 513      of an ID
 * </pre>
 *
 * The values of a column follow one another in the order of the lines. In the columns of numbers
 * and words they are of equal width, or each is followed by 0A. Ids are packed two digits a byte,
 * high nibble first; before those of an ID stands their length in bytes, LEB128.
 */
final class TemplateColumns {
  static final int COUNT = 514;
  static final int FIRST_WORD = 256;
  static final int ID_32 = 512;
  static final int ID = 513;

  static final int ID_32_BYTES = 16;

  /** Zero bytes before a template, so that its first bytes have a context too. */
  static final int LEAD = Long.BYTES;

  static final byte VALUE_END = '\n';

  /** A column of as many bytes is compressed by itself, and unpacked only if it is asked for. */
  static final int MIN_FRAME_BYTES = 512;

  private static final int CONTEXT_BYTES = 5;

  private TemplateColumns() {}

  static int column(byte marker, long context) {
    return switch (marker) {
      case LineTemplates.NUMBER -> hash(context);
      case LineTemplates.WORD -> FIRST_WORD + hash(context);
      case LineTemplates.ID_32 -> ID_32;
      default -> ID;
    };
  }

  private static int hash(long context) {
    return (int) ((context >>> (Long.SIZE - 8 * CONTEXT_BYTES)) * Words.MULTIPLIER >>> 56);
  }

  /** Returns whether the bytes of a column are packed hexadecimal digits. */
  static boolean isId(int column) {
    return column >= ID_32;
  }
}

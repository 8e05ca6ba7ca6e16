package io.skald.storage.chunk;

/**
 * How chunks of version 1 split text into streams: words, numbers, hexadecimal ids. No longer
 * written; {@link LineColumn#TEMPLATES} has taken its place. See {@link SplitTextDecoder}.
 *
 * <pre>
 *  token  := a longest run of [0-9A-Za-z]
 *  id     := a token of [0-9a-f], at least 16 long, even, with a digit and a letter
 *  number := a longest run of [0-9] in a token that is no id
 *
 *  text    : the bytes, with 01 for a number, 02 for an id of 32 digits, 03 for another id
 *  numbers : table | the columns, in ascending order
 *  table   := used columns LEB128 | per used column: column - the one before - 1, width, bytes
 *             (LEB128 each; the first is counted from -1)
 *  column  := the numbers in order: of equal width if that is above 0, else each followed by 0A
 *  ids     : per id its packed digits, high nibble first; before those of an 03 their length in
 *            bytes as LEB128
 * </pre>
 *
 * The column of a number is the hash of the five bytes before its marker in the text stream, which
 * is taken to start with zeros. Text that contains a marker byte itself cannot be split.
 */
final class SplitText {
  static final int COLUMNS = 256;

  /** Zero bytes before the text, so that its first bytes have a context too. */
  static final int LEAD = Long.BYTES;

  static final byte NUMBER = 1;
  static final byte ID_32 = 2;
  static final byte ID = 3;

  static final byte NUMBER_END = '\n';

  private static final int CONTEXT_BYTES = 5;

  private SplitText() {}

  /**
   * Returns the column of a number.
   *
   * @param context the eight bytes before its marker in the text stream, the last in the high byte
   */
  static int column(long context) {
    // Fibonacci hashing, TAOCP 6.4: the high bits of the product.
    return (int) ((context >>> (Long.SIZE - 8 * CONTEXT_BYTES)) * 0x9E3779B97F4A7C15L >>> 56);
  }
}

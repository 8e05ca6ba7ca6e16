package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Tells which literals cannot occur in the lines of a block. Sound for substrings.
 *
 * <p>Every four bytes that follow one another in a line set one bit of a bitmap; a literal can only
 * be there if the bits of all its four-byte grams are set. One bit per gram keeps the bitmap small;
 * it may be more than half full and still decide, since a literal has many grams. Grams do not
 * cross lines. Literals shorter than a gram pass always.
 *
 * <pre>
 *  gram     := four bytes as a little-endian u32
 *  position := (gram * 0x9E3779B1 mod 2^32) * bits / 2^32
 * </pre>
 *
 * The bitmap has one bit per eight bytes of lines and is packed (see {@link Packing}); a block of
 * less than {@link #MIN_LINE_BYTES} has none and passes everything. Immutable.
 */
public final class SkipFilter {
  /** Below this, reading the lines is as cheap as reading a filter. */
  static final int MIN_LINE_BYTES = 1024;

  private static final int GRAM = Integer.BYTES;

  /** 2^32 divided by the golden ratio, odd: Knuth's multiplicative hash, TAOCP 6.4. */
  private static final int MULTIPLIER = 0x9E3779B1;

  private static final int LINE_BYTES_PER_FILTER_BYTE = 64;
  private static final int MAX_BYTES = 1 << 20;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bitmap;

  private SkipFilter(byte[] bitmap) {
    this.bitmap = bitmap;
  }

  static EncodedColumn encode(byte[] lines, int[] offsets, int size, Zstandard zstd) {
    int lineBytes = offsets[size] - offsets[0];
    if (lineBytes < MIN_LINE_BYTES) {
      return EncodedColumn.ABSENT;
    }
    byte[] bitmap = new byte[Math.min(lineBytes / LINE_BYTES_PER_FILTER_BYTE, MAX_BYTES)];
    int bits = bitmap.length * Byte.SIZE;
    // One byte per bit at first: a store each, where a bit would cost a load, an or and a store
    // that
    // the next one has to wait for.
    byte[] marks = new byte[bits];
    for (int i = 0; i < size; i++) {
      int end = offsets[i + 1] - GRAM;
      for (int at = offsets[i]; at <= end; at++) {
        marks[position((int) INT.get(lines, at), bits)] = 1;
      }
    }
    for (int bit = 0; bit < bits; bit++) {
      bitmap[bit >>> 3] |= (byte) (marks[bit] << (bit & 7));
    }
    return Packing.pack(bitmap, bitmap.length, zstd);
  }

  private static int position(int gram, int bits) {
    return (int) ((gram * MULTIPLIER & 0xFFFFFFFFL) * bits >>> 32);
  }

  static SkipFilter decode(Section section, DecompressionContexts contexts) {
    if (section.encoding() == EncodedColumn.ABSENT_ENCODING) {
      if (section.bytes().length != 0) {
        throw section.corrupt("it should be empty");
      }
      return new SkipFilter(section.bytes());
    }
    byte[] bitmap = Packing.unpack(section, contexts, MAX_BYTES);
    if (bitmap.length == 0) {
      throw section.corrupt("the bitmap is empty");
    }
    return new SkipFilter(bitmap);
  }

  /** Returns false only if no line of the block contains {@code literal}. */
  public boolean mayContain(byte[] literal) {
    int bits = bitmap.length * Byte.SIZE;
    if (bits == 0) {
      return true;
    }
    for (int at = 0; at <= literal.length - GRAM; at++) {
      int position = position((int) INT.get(literal, at), bits);
      if ((bitmap[position >>> 3] >>> (position & 7) & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the memory it takes, in bytes. */
  public int sizeBytes() {
    return bitmap.length;
  }
}

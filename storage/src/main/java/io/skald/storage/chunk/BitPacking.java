package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers of one width in bits, side by side; bits fill bytes from the low end. */
final class BitPacking {
  /** A number is read with one unaligned long, of which 7 bits may belong to its neighbour. */
  static final int MAX_WIDTH = 56;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private BitPacking() {}

  /** Returns how many bytes {@code count} numbers take. */
  static long byteLength(int count, int width) {
    return ((long) count * width + 7) / 8;
  }

  /** Writes the low {@code width} bits of each number. */
  static void write(SectionWriter out, long[] values, int width) {
    int length = Math.toIntExact(byteLength(values.length, width));
    byte[] bytes = new byte[length + Long.BYTES];
    long mask = (1L << width) - 1;
    for (int i = 0; i < values.length; i++) {
      long bit = (long) i * width;
      int at = (int) (bit >>> 3);
      LONG.set(bytes, at, (long) LONG.get(bytes, at) | (values[i] & mask) << (bit & 7));
    }
    out.writeBytes(bytes, 0, length);
  }

  /**
   * Reads numbers into {@code values}, from index 1 on.
   *
   * @throws CorruptChunkException if the section does not hold as many
   */
  static void read(Section section, SectionReader in, long[] values, int width) {
    int count = values.length - 1;
    long length = byteLength(count, width);
    if (width > MAX_WIDTH || length > in.remaining()) {
      throw section.corrupt(
          count + " numbers of " + width + " bits do not fit in " + in.remaining() + " bytes");
    }
    byte[] bytes = Arrays.copyOf(in.readBytes((int) length), (int) length + Long.BYTES);
    long mask = (1L << width) - 1;
    for (int i = 0; i < count; i++) {
      long bit = (long) i * width;
      values[i + 1] = (long) LONG.get(bytes, (int) (bit >>> 3)) >>> (bit & 7) & mask;
    }
  }
}

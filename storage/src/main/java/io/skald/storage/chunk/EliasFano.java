package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Ascending numbers in about two bits more than the logarithm of their mean gap, whatever the gaps
 * look like; decoded without a chain of additions. (P. Elias, "Efficient storage and retrieval by
 * content and address of static files", 1974; R. Fano, 1971.)
 *
 * <pre>
 *  low width u8 | low bits of each number | bit vector
 * </pre>
 *
 * Numbers are cut into {@code low width} low bits, see {@link BitPacking}, and a high part; in the
 * bit vector the i-th one (from 0) stands at position high(i) + i. The last number is known to the
 * reader and bounds the vector.
 */
final class EliasFano {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private EliasFano() {}

  /** Writes at least one ascending number, none negative. */
  static void write(SectionWriter out, long[] values) {
    long last = values[values.length - 1];
    long meanGap = last / values.length;
    int width = meanGap == 0 ? 0 : Long.SIZE - 1 - Long.numberOfLeadingZeros(meanGap);
    width = Math.min(width, BitPacking.MAX_WIDTH);
    out.writeByte(width);
    BitPacking.write(out, values, width);
    byte[] vector = new byte[Math.toIntExact(vectorLength(values.length, last, width))];
    for (int i = 0; i < values.length; i++) {
      long bit = (values[i] >>> width) + i;
      vector[(int) (bit >>> 3)] |= (byte) (1 << (bit & 7));
    }
    out.writeBytes(vector, 0, vector.length);
  }

  private static long vectorLength(int count, long last, int width) {
    return ((last >>> width) + count + 7) / 8;
  }

  /**
   * Reads numbers into {@code values}, from index 1 on; index 0 stays.
   *
   * @param last the last of them
   * @throws CorruptChunkException if the section does not hold as many
   */
  static void read(Section section, SectionReader in, long[] values, long last) {
    int count = values.length - 1;
    int width = in.readByte();
    BitPacking.read(section, in, values, width);
    long length = vectorLength(count, last, width);
    if (length > in.remaining()) {
      throw section.corrupt(
          "a vector of " + length + " bytes does not fit in " + in.remaining() + " bytes");
    }
    byte[] vector = Arrays.copyOf(in.readBytes((int) length), (int) length + Long.BYTES);
    int i = 0;
    for (int at = 0; at < length; at += Long.BYTES) {
      long word = (long) LONG.get(vector, at);
      if (Long.bitCount(word) > count - i) {
        throw section.corrupt("it holds more than " + (count + 1) + " entries");
      }
      long base = at * 8L;
      while (word != 0) {
        long high = base + Long.numberOfTrailingZeros(word) - i;
        word &= word - 1;
        values[++i] |= high << width;
      }
    }
    if (i != count) {
      throw section.corrupt("it holds " + (i + 1) + " entries, expected " + (count + 1));
    }
  }
}

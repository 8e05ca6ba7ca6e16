package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The ascending timestamps of a block. The first and the last are known from the footer; the column
 * holds the others as distances from the first.
 *
 * <pre>
 *  ELIAS_FANO : step LEB128 | low width u8 | low bits | high bits
 *  DELTA      : packed LEB128 differences to the timestamp before, see Packing (encoding + 16)
 * </pre>
 *
 * Elias-Fano (P. Elias, "Efficient storage and retrieval by content and address of static files",
 * 1974; R. Fano, 1971): the distances are divided by {@code step}, their greatest common divisor
 * (which is how microseconds and milliseconds cost nothing extra), and cut into {@code low width}
 * low bits, stored side by side, and a high part, stored as a bit vector in which the i-th one (from
 * 0) stands at position high(i) + i. That takes at most two bits per entry more than the logarithm of
 * the mean gap, whatever the gaps look like, and decodes without a chain of additions. Bursts with
 * long silences between them are shorter as DELTA. Bits fill bytes from the low end.
 *
 * <p>A block of one entry has an empty column.
 */
final class TimestampColumn {
  static final int ELIAS_FANO = 1;

  /** Added to the encoding that {@link Packing} chose for the differences. */
  static final int DELTA = 16;

  /** A low part is read with one unaligned long, of which 7 bits may belong to its neighbour. */
  private static final int MAX_LOW_WIDTH = 56;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Zstandard zstd;
  private final SectionWriter deltas = new SectionWriter();

  TimestampColumn(Zstandard zstd) {
    this.zstd = zstd;
  }

  EncodedColumn encode(long[] timestamps, int size) {
    if (size == 1) {
      return EncodedColumn.ABSENT;
    }
    long first = timestamps[0];
    long span = timestamps[size - 1] - first;
    if (span < 0) {
      return encodeDeltas(timestamps, size); // more than 292 years
    }
    long step = commonStep(timestamps, size);
    long last = span / step;
    int lowWidth = lowWidth(last, size - 1);
    if (lowWidth > MAX_LOW_WIDTH) {
      return encodeDeltas(timestamps, size);
    }
    EncodedColumn eliasFano = encodeEliasFano(timestamps, size, step, lowWidth);
    // Regular gaps are rare enough that the second form is tried only where it can pay: the mean
    // gap of bursts is much longer than the usual one.
    long median = medianGap(timestamps, size);
    if (span / (size - 1) / 8 > median) {
      EncodedColumn delta = encodeDeltas(timestamps, size);
      if (delta.bytes().length < eliasFano.bytes().length) {
        return delta;
      }
    }
    return eliasFano;
  }

  private static long medianGap(long[] timestamps, int size) {
    long[] gaps = new long[size - 1];
    for (int i = 1; i < size; i++) {
      gaps[i - 1] = timestamps[i] - timestamps[i - 1];
    }
    Arrays.sort(gaps);
    return gaps[gaps.length / 2];
  }

  /** Returns the greatest common divisor of the gaps; 1 when there is none or all are zero. */
  private static long commonStep(long[] timestamps, int size) {
    long step = 0;
    for (int i = 1; i < size && step != 1; i++) {
      long a = timestamps[i] - timestamps[i - 1];
      while (a != 0) {
        long rest = step % a;
        step = a;
        a = rest;
      }
    }
    return Math.max(1, step);
  }

  private static int lowWidth(long last, int count) {
    long meanGap = last / count;
    return meanGap == 0 ? 0 : Long.SIZE - 1 - Long.numberOfLeadingZeros(meanGap);
  }

  private static int lowBytes(int count, int lowWidth) {
    return (int) (((long) count * lowWidth + 7) / 8);
  }

  private static int highBytes(int count, long last, int lowWidth) {
    return (int) (((last >>> lowWidth) + count + 7) / 8);
  }

  private EncodedColumn encodeEliasFano(long[] timestamps, int size, long step, int lowWidth) {
    int count = size - 1;
    long first = timestamps[0];
    long last = (timestamps[count] - first) / step;
    SectionWriter header = new SectionWriter().writeVarLong(step).writeByte(lowWidth);
    int lowAt = header.size();
    int highAt = lowAt + lowBytes(count, lowWidth);
    int length = highAt + highBytes(count, last, lowWidth);
    byte[] bytes = Arrays.copyOf(header.toByteArray(), length + Long.BYTES);
    long lowMask = (1L << lowWidth) - 1;
    for (int i = 0; i < count; i++) {
      long distance = (timestamps[i + 1] - first) / step;
      long lowBit = (long) i * lowWidth;
      int at = lowAt + (int) (lowBit >>> 3);
      LONG.set(bytes, at, (long) LONG.get(bytes, at) | (distance & lowMask) << (lowBit & 7));
      long highBit = (distance >>> lowWidth) + i;
      bytes[highAt + (int) (highBit >>> 3)] |= (byte) (1 << (highBit & 7));
    }
    return new EncodedColumn(ELIAS_FANO, Arrays.copyOf(bytes, length));
  }

  private EncodedColumn encodeDeltas(long[] timestamps, int size) {
    deltas.clear();
    for (int i = 1; i < size; i++) {
      deltas.writeVarLong(timestamps[i] - timestamps[i - 1]);
    }
    EncodedColumn packed = Packing.pack(deltas.toByteArray(), deltas.size(), zstd);
    return new EncodedColumn(DELTA + packed.encoding(), packed.bytes());
  }

  /** Returns exactly {@code size} ascending timestamps from {@code first} to {@code last}. */
  static long[] decode(
      Section section, DecompressionContexts contexts, int size, long first, long last) {
    return switch (section.encoding()) {
      case EncodedColumn.ABSENT_ENCODING -> {
        if (size != 1 || section.bytes().length != 0) {
          throw section.corrupt("it is empty for " + size + " entries");
        }
        yield new long[] {first};
      }
      case ELIAS_FANO -> decodeEliasFano(section, size, first, last);
      case DELTA + Packing.RAW, DELTA + Packing.ZSTD -> decodeDeltas(section, contexts, size, first, last);
      default -> throw Packing.unknown(section);
    };
  }

  private static long[] decodeEliasFano(Section section, int size, long first, long last) {
    SectionReader in = new SectionReader(section);
    long step = in.readVarLong();
    int lowWidth = in.readByte();
    int count = size - 1;
    if (step <= 0 || lowWidth > MAX_LOW_WIDTH || last < first || last - first < 0) {
      throw section.corrupt("step " + step + " and width " + lowWidth + " are impossible");
    }
    long lastDistance = (last - first) / step;
    long highBits = (lastDistance >>> lowWidth) + count;
    long expected = lowBytes(count, lowWidth) + (highBits + 7) / 8;
    if (expected != in.remaining()) {
      throw section.corrupt("it holds " + in.remaining() + " bytes, expected " + expected);
    }
    int lowAt = in.position();
    int highAt = lowAt + lowBytes(count, lowWidth);
    byte[] bytes = Arrays.copyOf(section.bytes(), section.bytes().length + Long.BYTES);
    long[] timestamps = new long[size];
    timestamps[0] = first;
    long lowMask = (1L << lowWidth) - 1;
    int i = 0;
    for (int wordAt = highAt; wordAt < section.bytes().length; wordAt += Long.BYTES) {
      long word = (long) LONG.get(bytes, wordAt);
      long base = (wordAt - highAt) * 8L;
      if (Long.bitCount(word) > count - i) {
        throw section.corrupt("it holds more than " + size + " entries");
      }
      while (word != 0) {
        long high = base + Long.numberOfTrailingZeros(word) - i;
        word &= word - 1;
        long lowBit = (long) i * lowWidth;
        long low = (long) LONG.get(bytes, lowAt + (int) (lowBit >>> 3)) >>> (lowBit & 7) & lowMask;
        timestamps[++i] = first + (high << lowWidth | low) * step;
      }
    }
    if (i != count) {
      throw section.corrupt("it holds " + (i + 1) + " entries, expected " + size);
    }
    checkAscending(section, timestamps, last);
    return timestamps;
  }

  private static long[] decodeDeltas(
      Section section, DecompressionContexts contexts, int size, long first, long last) {
    Section packed =
        new Section(
            section.object(),
            section.name(),
            section.offset(),
            section.encoding() - DELTA,
            section.bytes());
    byte[] bytes = Packing.unpack(packed, contexts, 10L * (size - 1));
    if (bytes.length < size - 1) {
      throw section.corrupt("it cannot hold " + size + " entries");
    }
    SectionReader in = new SectionReader(section, bytes);
    long[] timestamps = new long[size];
    timestamps[0] = first;
    for (int i = 1; i < size; i++) {
      timestamps[i] = timestamps[i - 1] + in.readVarLong();
    }
    in.expectEnd();
    checkAscending(section, timestamps, last);
    return timestamps;
  }

  private static void checkAscending(Section section, long[] timestamps, long last) {
    boolean ascending = true;
    for (int i = 1; i < timestamps.length; i++) {
      ascending &= timestamps[i - 1] <= timestamps[i];
    }
    if (!ascending || timestamps[timestamps.length - 1] != last) {
      throw section.corrupt("its timestamps do not ascend to " + last);
    }
  }
}

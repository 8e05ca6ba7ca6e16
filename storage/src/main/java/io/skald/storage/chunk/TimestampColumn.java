package io.skald.storage.chunk;

import java.util.Arrays;

/**
 * The ascending timestamps of a block. The first and the last are known from the footer; the column
 * holds the others as distances from the first.
 *
 * <pre>
 *  STEPS    : step LEB128 | Elias-Fano of distance / step
 *  PERIODIC : period u64 | least LEB128 | width u8 | last count LEB128
 *             | Elias-Fano of the counts | bits of (offset - least), width bits each
 *  DELTA    : packed LEB128 differences to the timestamp before, see Packing (encoding + 16)
 * </pre>
 *
 * STEPS divides by the greatest common divisor, which is how microseconds and milliseconds cost
 * nothing extra; see {@link EliasFano}. PERIODIC is for a source that ticks, but not exactly (a
 * poller, a heartbeat): distance = count * period / 2^16 + offset, where period is in units of
 * 2^-16 nanoseconds and least is zigzag coded. Bursts with long silences between them are shorter
 * as DELTA.
 *
 * <p>A block of one entry has an empty column.
 */
final class TimestampColumn {
  static final int STEPS = 1;
  static final int PERIODIC = 2;

  /** Added to the encoding that {@link Packing} chose for the differences. */
  static final int DELTA = 16;

  /** How much longer the mean gap is than the usual one where bursts are likely. */
  private static final int BURST_FACTOR = 8;

  private final Zstandard zstd;
  private final SectionWriter deltas = new SectionWriter();

  TimestampColumn(Zstandard zstd) {
    this.zstd = zstd;
  }

  EncodedColumn encode(long[] timestamps, int size) {
    if (size == 1) {
      return EncodedColumn.ABSENT;
    }
    long[] distances = new long[size - 1];
    long[] gaps = new long[size - 1];
    for (int i = 1; i < size; i++) {
      distances[i - 1] = timestamps[i] - timestamps[0];
      gaps[i - 1] = timestamps[i] - timestamps[i - 1];
    }
    long span = distances[size - 2];
    if (span < 0) {
      return encodeDeltas(gaps); // more than 292 years
    }
    Arrays.sort(gaps);
    long step = commonStep(gaps);
    long meanGap = span / gaps.length;
    EncodedColumn best = encodeSteps(distances, step);
    if (meanGap / BURST_FACTOR > gaps[gaps.length / 2]) {
      Arrays.setAll(gaps, i -> timestamps[i + 1] - timestamps[i]);
      return shorter(best, encodeDeltas(gaps));
    }
    if (step == 1) {
      Periods periods = Periods.find(distances, gaps);
      if (periods != null) {
        return shorter(best, encodePeriodic(distances, periods));
      }
    }
    return best;
  }

  private static EncodedColumn shorter(EncodedColumn a, EncodedColumn b) {
    return b.bytes().length < a.bytes().length ? b : a;
  }

  /** Returns the greatest common divisor; 1 when there is none or all are zero. */
  private static long commonStep(long[] gaps) {
    long step = 0;
    for (int i = 0; i < gaps.length && step != 1; i++) {
      long a = gaps[i];
      while (a != 0) {
        long rest = step % a;
        step = a;
        a = rest;
      }
    }
    return Math.max(1, step);
  }

  private EncodedColumn encodeSteps(long[] distances, long step) {
    long[] steps = distances;
    if (step != 1) {
      steps = new long[distances.length];
      for (int i = 0; i < steps.length; i++) {
        steps[i] = distances[i] / step;
      }
    }
    SectionWriter out = new SectionWriter().writeVarLong(step);
    EliasFano.write(out, steps);
    return new EncodedColumn(STEPS, out.toByteArray());
  }

  private static EncodedColumn encodePeriodic(long[] distances, Periods periods) {
    long[] offsets = new long[distances.length];
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = distances[i] - periods.start(i);
      least = Math.min(least, offsets[i]);
      most = Math.max(most, offsets[i]);
    }
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] -= least;
    }
    int width = Long.SIZE - Long.numberOfLeadingZeros(most - least);
    SectionWriter out = new SectionWriter().writeLong(periods.period());
    out.writeVarLong(least << 1 ^ least >> 63).writeByte(width);
    long[] counts = periods.counts();
    out.writeVarLong(counts[counts.length - 1]);
    EliasFano.write(out, counts);
    BitPacking.write(out, offsets, width);
    return new EncodedColumn(PERIODIC, out.toByteArray());
  }

  private EncodedColumn encodeDeltas(long[] gaps) {
    deltas.clear();
    for (long gap : gaps) {
      deltas.writeVarLong(gap);
    }
    EncodedColumn packed = Packing.pack(deltas.toByteArray(), deltas.size(), zstd);
    return new EncodedColumn(DELTA + packed.encoding(), packed.bytes());
  }

  /** Returns exactly {@code size} ascending timestamps from {@code first} to {@code last}. */
  static long[] decode(
      Section section, DecompressionContexts contexts, int size, long first, long last) {
    long[] timestamps =
        switch (section.encoding()) {
          case EncodedColumn.ABSENT_ENCODING -> decodeAbsent(section, size, first);
          case STEPS -> decodeSteps(section, size, first, last);
          case PERIODIC -> decodePeriodic(section, size, first, last);
          case DELTA + Packing.RAW, DELTA + Packing.ZSTD ->
              decodeDeltas(section, contexts, size, first);
          default -> throw Packing.unknown(section);
        };
    boolean ascending = true;
    for (int i = 1; i < size; i++) {
      ascending &= timestamps[i - 1] <= timestamps[i];
    }
    if (!ascending || timestamps[size - 1] != last) {
      throw section.corrupt("its timestamps do not ascend to " + last);
    }
    return timestamps;
  }

  private static long[] decodeAbsent(Section section, int size, long first) {
    if (size != 1 || section.bytes().length != 0) {
      throw section.corrupt("it should hold " + size + " entries");
    }
    return new long[] {first};
  }

  private static long[] decodeSteps(Section section, int size, long first, long last) {
    SectionReader in = new SectionReader(section);
    long step = in.readVarLong();
    if (step <= 0 || last - first < 0) {
      throw section.corrupt("a step of " + step + " is impossible");
    }
    long[] timestamps = new long[size];
    EliasFano.read(section, in, timestamps, (last - first) / step);
    in.expectEnd();
    for (int i = 0; i < size; i++) {
      timestamps[i] = first + timestamps[i] * step;
    }
    return timestamps;
  }

  private static long[] decodePeriodic(Section section, int size, long first, long last) {
    SectionReader in = new SectionReader(section);
    long period = in.readLong();
    long zigzag = in.readVarLong();
    long least = zigzag >>> 1 ^ -(zigzag & 1);
    int width = in.readByte();
    long lastCount = in.readVarLong();
    if (last - first < 0 || lastCount < 0 || Math.multiplyHigh(period, lastCount) != 0) {
      throw section.corrupt("a period of " + period + " is impossible");
    }
    long[] counts = new long[size];
    EliasFano.read(section, in, counts, lastCount);
    long[] offsets = new long[size];
    BitPacking.read(section, in, offsets, width);
    in.expectEnd();
    offsets[0] = first;
    for (int i = 1; i < size; i++) {
      offsets[i] += first + least + (counts[i] * period >>> Periods.FRACTION_BITS);
    }
    return offsets;
  }

  private static long[] decodeDeltas(
      Section section, DecompressionContexts contexts, int size, long first) {
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
    return timestamps;
  }
}

package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what a piece of a query yields. Numbers are little-endian base 128, signed ones in zigzag
 * order (Protocol Buffers, "Encoding"); a label set stands in full where it is first used and is a
 * number behind that.
 */
final class AnswerWriter {
  /** Of all that is written; whoever does not know it evaluates the piece itself. */
  static final int VERSION = 1;

  static final VarHandle DOUBLES =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int FIRST_BYTES = 4096;

  /** The most that an array can hold everywhere. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private byte[] out = new byte[FIRST_BYTES];
  private int size;
  private final Map<Labels, Integer> known = new HashMap<>();
  private int sets;

  AnswerWriter() {
    count(VERSION);
  }

  /** Makes room for so many more bytes. */
  private void reserve(int bytes) {
    if (bytes > out.length - size) {
      long least = (long) size + bytes;
      if (least > MAX_BYTES) {
        throw new QueryException(
            400, "a piece of the query has an answer of more than 2 GiB; reduce the time range");
      }
      out = Arrays.copyOf(out, (int) Math.clamp(2L * out.length, least, MAX_BYTES));
    }
  }

  /**
   * @param value not negative
   */
  void count(long value) {
    reserve(Long.SIZE / 7 + 1);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    out[size++] = (byte) rest;
  }

  void signed(long value) {
    count(value << 1 ^ value >> 63);
  }

  void number(double value) {
    reserve(Double.BYTES);
    DOUBLES.set(out, size, value);
    size += Double.BYTES;
  }

  void bytes(byte[] bytes) {
    count(bytes.length);
    reserve(bytes.length);
    System.arraycopy(bytes, 0, out, size, bytes.length);
    size += bytes.length;
  }

  void labels(Labels labels) {
    Integer number = known.get(labels);
    if (number != null) {
      count(number);
      return;
    }
    known.put(labels, sets);
    labelsUsedOnce(labels);
  }

  /** As {@link #labels}, for a set that is not written again: it is not remembered. */
  void labelsUsedOnce(Labels labels) {
    count(sets++);
    count(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      bytes(labels.name(i).getBytes(StandardCharsets.UTF_8));
      bytes(labels.value(i).getBytes(StandardCharsets.UTF_8));
    }
  }

  byte[] toByteArray() {
    return Arrays.copyOf(out, size);
  }
}

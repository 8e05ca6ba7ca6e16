package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
  private final Map<Labels, Integer> known = new HashMap<>();

  AnswerWriter() {
    count(VERSION);
  }

  /**
   * @param value not negative
   */
  void count(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  void signed(long value) {
    count(value << 1 ^ value >> 63);
  }

  void number(double value) {
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      out.write((int) (bits >>> shift));
    }
  }

  void bytes(byte[] bytes) {
    count(bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  void labels(Labels labels) {
    Integer number = known.get(labels);
    if (number != null) {
      count(number);
      return;
    }
    count(known.size());
    known.put(labels, known.size());
    count(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      bytes(labels.name(i).getBytes(StandardCharsets.UTF_8));
      bytes(labels.value(i).getBytes(StandardCharsets.UTF_8));
    }
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }
}

package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what {@link AnswerWriter} wrote. Every method throws IllegalArgumentException if it is not
 * that.
 */
final class AnswerReader {
  private final byte[] bytes;
  private final List<Labels> known = new ArrayList<>();
  private int at;

  AnswerReader(byte[] bytes) {
    this.bytes = bytes;
    long version = count();
    if (version != AnswerWriter.VERSION) {
      throw new IllegalArgumentException(
          "the answer to a piece of a query has version "
              + version
              + ", and this process knows "
              + AnswerWriter.VERSION);
    }
  }

  private IllegalArgumentException malformed(String why) {
    return new IllegalArgumentException(
        "the answer to a piece of a query is malformed at byte " + at + ": " + why);
  }

  long count() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at == bytes.length) {
        throw malformed("it ends in a number");
      }
      byte next = bytes[at++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw malformed("a number is too long");
  }

  /**
   * Returns how many of something follow.
   *
   * @param least bytes that each takes
   */
  int size(int least) {
    long size = count();
    if (size < 0 || size > (bytes.length - at) / least) {
      throw malformed("there is no room for " + size + " parts");
    }
    return (int) size;
  }

  /** Returns a number that an int can hold, not negative. */
  int index() {
    long value = count();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw malformed(value + " is not an index");
    }
    return (int) value;
  }

  long signed() {
    long value = count();
    return value >>> 1 ^ -(value & 1);
  }

  double number() {
    if (bytes.length - at < Double.BYTES) {
      throw malformed("it ends in a number");
    }
    at += Double.BYTES;
    return (double) AnswerWriter.DOUBLES.get(bytes, at - Double.BYTES);
  }

  byte[] bytes() {
    int length = size(1);
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  private String text() {
    int length = size(1);
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  Labels labels() {
    int number = index();
    if (number < known.size()) {
      return known.get(number);
    }
    if (number > known.size()) {
      throw malformed("labels " + number + " are not known");
    }
    String[] pairs = new String[2 * size(2)];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = text();
    }
    Labels labels = Labels.ofDistinct(pairs);
    known.add(labels);
    return labels;
  }

  /** Checks that all has been read. */
  void end() {
    if (at != bytes.length) {
      throw malformed((bytes.length - at) + " bytes follow its end");
    }
  }
}

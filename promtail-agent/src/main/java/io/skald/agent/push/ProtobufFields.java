package io.skald.agent.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Steps through the fields of a message that this package wrote (Protocol Buffers, "Encoding"):
 * varints and length-delimited ones. Confined to one thread.
 */
final class ProtobufFields {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private final byte[] bytes;
  private final int end;
  private int at;
  private int tag;
  private int tagAt;
  private int valueAt;
  private long number;

  ProtobufFields(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /**
   * Goes to the next field.
   *
   * @return false at the end of the message
   * @throws IllegalArgumentException if there is none that this package writes
   */
  boolean next() {
    if (at >= end) {
      return false;
    }
    tagAt = at;
    tag = (int) varint();
    number = varint();
    valueAt = at;
    switch (tag & 7) {
      case VARINT -> {}
      case LENGTH_DELIMITED -> {
        if (number < 0 || number > end - at) {
          throw new IllegalArgumentException("a field has " + number + " bytes, too many");
        }
        at += (int) number;
      }
      default -> throw new IllegalArgumentException("not a message of ours: tag " + tag);
    }
    return true;
  }

  int field() {
    return tag >>> 3;
  }

  /** Returns the value of a varint, or the length of another field. */
  long number() {
    return number;
  }

  /** Returns where the field begins, with its tag. */
  int start() {
    return tagAt;
  }

  /** Returns where the content of a length-delimited field begins. */
  int contentStart() {
    return valueAt;
  }

  /** Returns where the field ends. */
  int end() {
    return at;
  }

  byte[] content() {
    return Arrays.copyOfRange(bytes, valueAt, at);
  }

  String text() {
    return new String(bytes, valueAt, at - valueAt, StandardCharsets.UTF_8);
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at >= end) {
        throw new IllegalArgumentException("a number is cut off");
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number has more than 10 bytes");
  }
}

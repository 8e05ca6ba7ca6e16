package io.skald.common.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow at the end. Confined to one thread. */
final class ByteArea {
  /** A length in the wire format of protobuf may be padded; this many bytes hold any int. */
  private static final int LENGTH_BYTES = 5;

  private final int maxLength;
  private byte[] bytes;
  private int length;

  ByteArea(int capacity) {
    this(capacity, Integer.MAX_VALUE - 8);
  }

  /**
   * @param maxLength adding more is answered with 413
   */
  ByteArea(int capacity, long maxLength) {
    this.maxLength = (int) Math.min(maxLength, Integer.MAX_VALUE - 8);
    bytes = new byte[Math.max(64, capacity)];
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Forgets everything from {@code newLength} on. */
  void cut(int newLength) {
    length = newLength;
  }

  void add(byte b) {
    reserve(1);
    bytes[length++] = b;
  }

  void add(byte[] source, int from, int count) {
    reserve(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  void add(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    add(encoded, 0, encoded.length);
  }

  /** Adds a code point in UTF-8. */
  void addCodePoint(int c) {
    reserve(4);
    if (c < 0x80) {
      bytes[length++] = (byte) c;
    } else if (c < 0x800) {
      bytes[length++] = (byte) (0xC0 | (c >> 6));
      bytes[length++] = (byte) (0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      bytes[length++] = (byte) (0xE0 | (c >> 12));
      bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      bytes[length++] = (byte) (0x80 | (c & 0x3F));
    } else {
      bytes[length++] = (byte) (0xF0 | (c >> 18));
      bytes[length++] = (byte) (0x80 | ((c >> 12) & 0x3F));
      bytes[length++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      bytes[length++] = (byte) (0x80 | (c & 0x3F));
    }
  }

  /** Leaves room for the length of a message that starts after it; returns where it starts. */
  int beginMessage() {
    reserve(LENGTH_BYTES);
    length += LENGTH_BYTES;
    return length;
  }

  /** Writes the length of the message that starts at {@code start} and ends here. */
  void endMessage(int start) {
    int rest = length - start;
    for (int i = start - LENGTH_BYTES; i < start - 1; i++) {
      bytes[i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[start - 1] = (byte) rest;
  }

  /** Writes an unsigned base-128 number. */
  void addVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      add((byte) (rest | 0x80));
      rest >>>= 7;
    }
    add((byte) rest);
  }

  /** Writes the lowest {@code count} bytes of a number, the lowest first. */
  void addLittleEndian(long value, int count) {
    for (int i = 0; i < count; i++) {
      add((byte) (value >>> (8 * i)));
    }
  }

  String text(int from) {
    return new String(bytes, from, length - from, StandardCharsets.UTF_8);
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      long needed = (long) length + more;
      if (needed > maxLength) {
        throw PushDecodeException.tooLarge(needed, maxLength);
      }
      long grown = Math.max(needed, length + (long) (length >> 1));
      bytes = Arrays.copyOf(bytes, (int) Math.min(grown, maxLength));
    }
  }
}

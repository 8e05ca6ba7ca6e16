package io.skald.distributor.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow at the end. Confined to one thread. */
final class ByteArea {
  private byte[] bytes;
  private int length;

  ByteArea(int capacity) {
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

  String text(int from) {
    return new String(bytes, from, length - from, StandardCharsets.UTF_8);
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      long grown = Math.max((long) length + more, length + (length >> 1));
      bytes = Arrays.copyOf(bytes, (int) Math.min(grown, Integer.MAX_VALUE - 8));
    }
  }
}

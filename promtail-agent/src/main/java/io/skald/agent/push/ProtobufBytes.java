package io.skald.agent.push;

import java.util.Arrays;

/**
 * A growing byte area with the few writers of the protobuf wire format that a push request needs
 * (Protocol Buffers, "Encoding").
 */
final class ProtobufBytes {
  private byte[] bytes;
  private int length;

  ProtobufBytes(int capacity) {
    this.bytes = new byte[capacity];
  }

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Returns what was written, in an array of its own. */
  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** Empties the area; gives memory back if a single large line made it grow. */
  void clear(int normalCapacity) {
    length = 0;
    if (bytes.length > 2 * normalCapacity) {
      bytes = new byte[normalCapacity];
    }
  }

  void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, length + (length >> 1)));
    }
  }

  /** Writes one byte; room for it must be reserved. */
  void putByte(int value) {
    bytes[length++] = (byte) value;
  }

  /** Writes an unsigned base-128 number; room for it must be reserved. */
  void putVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** Copies bytes; room for them must be reserved. */
  void put(byte[] source, int from, int count) {
    System.arraycopy(source, from, bytes, length, count);
    length += count;
  }

  static int varintSize(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }
}

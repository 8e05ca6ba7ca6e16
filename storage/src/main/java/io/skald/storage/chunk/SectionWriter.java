package io.skald.storage.chunk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects numbers and strings in the form that {@link SectionReader} reads. Reusable. */
public final class SectionWriter {
  private byte[] bytes = new byte[256];
  private int size;

  public int size() {
    return size;
  }

  public SectionWriter clear() {
    size = 0;
    return this;
  }

  public SectionWriter writeByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
    return this;
  }

  public SectionWriter writeInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += 8) {
      writeByte(value >>> shift);
    }
    return this;
  }

  public SectionWriter writeLong(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += 8) {
      writeByte((int) (value >>> shift));
    }
    return this;
  }

  /** Writes an unsigned number as LEB128. */
  public SectionWriter writeVarLong(long value) {
    while ((value & ~0x7FL) != 0) {
      writeByte((int) value | 0x80);
      value >>>= 7;
    }
    return writeByte((int) value);
  }

  public SectionWriter writeBytes(byte[] source, int from, int length) {
    reserve(length);
    System.arraycopy(source, from, bytes, size, length);
    size += length;
    return this;
  }

  /** Writes the length and the UTF-8 bytes of {@code text}. */
  public SectionWriter writeString(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return writeVarLong(utf8.length).writeBytes(utf8, 0, utf8.length);
  }

  /** Appends the CRC32C of everything written so far. */
  public SectionWriter writeCrc() {
    return writeInt(Section.crc(bytes, 0, size));
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Returns the array that holds what was written, good until the next write. */
  byte[] bytes() {
    return bytes;
  }

  /** Copies everything written so far. */
  void copyTo(byte[] target, int at) {
    System.arraycopy(bytes, 0, target, at, size);
  }

  private void reserve(int more) {
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}

package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads numbers and strings from a section, front to back. Everything is little-endian. A read past
 * the end is a {@link CorruptChunkException}, as is a length that the section cannot hold, before
 * memory is taken for it.
 */
public final class SectionReader {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Section section;
  private final byte[] bytes;
  private final int end;
  private int at;

  public SectionReader(Section section) {
    this(section, section.bytes());
  }

  /** Reads {@code bytes}, which were unpacked from {@code section}. */
  SectionReader(Section section, byte[] bytes) {
    this.section = section;
    this.bytes = bytes;
    this.end = bytes.length;
  }

  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  public int readByte() {
    require(1);
    return bytes[at++] & 0xFF;
  }

  public int readInt() {
    require(Integer.BYTES);
    int value = (int) INT.get(bytes, at);
    at += Integer.BYTES;
    return value;
  }

  public long readLong() {
    require(Long.BYTES);
    long value = (long) LONG.get(bytes, at);
    at += Long.BYTES;
    return value;
  }

  /** Reads an unsigned LEB128 number of at most 64 bits. */
  public long readVarLong() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = readByte();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        if (shift == 63 && b > 1) {
          break;
        }
        return value;
      }
    }
    throw section.corrupt("a number is longer than 64 bits");
  }

  /**
   * Reads an unsigned LEB128 number.
   *
   * @param what names the number in the error
   * @throws CorruptChunkException if it is above {@code max}
   */
  public int readVarInt(String what, long max) {
    long value = readVarLong();
    if (value < 0 || value > max || value > Integer.MAX_VALUE) {
      throw section.corrupt(
          what + " is " + Long.toUnsignedString(value) + ", at most " + max + " is possible");
    }
    return (int) value;
  }

  /** Reads a length, which the rest of the section must be able to hold. */
  public int readLength(String what) {
    int length = readVarInt(what, Integer.MAX_VALUE);
    if (length > remaining()) {
      throw section.corrupt(what + " is " + length + " but only " + remaining() + " bytes follow");
    }
    return length;
  }

  public byte[] readBytes(int length) {
    require(length);
    byte[] result = Arrays.copyOfRange(bytes, at, at + length);
    at += length;
    return result;
  }

  /** Reads a length and as many bytes of UTF-8. */
  public String readString(String what) {
    int length = readLength(what);
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  public void skip(int length) {
    require(length);
    at += length;
  }

  /** Continues at {@code position}, which may lie before. */
  public SectionReader skipTo(int position) {
    at = 0;
    skip(position);
    return this;
  }

  /** Checks that nothing is left. */
  public void expectEnd() {
    if (at != end) {
      throw section.corrupt(remaining() + " bytes too many");
    }
  }

  private void require(int length) {
    if (length < 0 || length > end - at) {
      throw section.corrupt(
          "it ends at byte " + end + ", needed " + length + " bytes from byte " + at);
    }
  }
}

package io.skald.storage.wal;

import io.skald.common.model.Labels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing byte array that a record is encoded into: the payload, with room for the record header
 * in front. Reusable, not thread-safe. Little-endian; varints are LEB128.
 *
 * <p>The single-value methods leave growing to {@link #reserve}, so that a loop over a column
 * checks once.
 */
public final class RecordBuffer {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  static final int MAX_VARINT_BYTES = 5;
  static final int MAX_VARLONG_BYTES = 10;

  private byte[] bytes;
  private int end;

  public RecordBuffer(int capacity) {
    bytes = new byte[Math.max(capacity, 64)];
    clear();
  }

  /** Drops the payload and keeps the array. */
  public void clear() {
    end = SegmentFormat.RECORD_HEADER_BYTES;
  }

  /** Returns the bytes that the record takes in a file, header included. */
  public int recordBytes() {
    return end;
  }

  /** Returns the size of the array behind the buffer. */
  public int capacity() {
    return bytes.length;
  }

  int payloadBytes() {
    return end - SegmentFormat.RECORD_HEADER_BYTES;
  }

  int payloadChecksum() {
    return SegmentFormat.payloadChecksum(bytes, SegmentFormat.RECORD_HEADER_BYTES, payloadBytes());
  }

  /** Writes the header in front of the payload and returns the array; the record is its start. */
  byte[] withHeader(int payloadChecksum, int headerChecksum) {
    INT.set(bytes, 0, payloadBytes());
    INT.set(bytes, 4, payloadChecksum);
    INT.set(bytes, 8, headerChecksum);
    return bytes;
  }

  /**
   * Makes room for {@code count} more bytes.
   *
   * @throws RecordTooLargeException if an array cannot hold them
   */
  void reserve(long count) {
    long needed = end + count;
    if (needed > bytes.length) {
      if (needed > Integer.MAX_VALUE - 8) {
        throw new RecordTooLargeException(needed, Integer.MAX_VALUE - 8);
      }
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, 1 << 30)));
    }
  }

  void putByte(int value) {
    bytes[end++] = (byte) value;
  }

  void putLong(long value) {
    LONG.set(bytes, end, value);
    end += Long.BYTES;
  }

  void putVarint(int value) {
    int rest = value;
    while ((rest & ~0x7F) != 0) {
      bytes[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
  }

  void putVarlong(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
  }

  /** Puts a signed number so that small magnitudes are short. */
  void putZigzag(long value) {
    putVarlong((value << 1) ^ (value >> 63));
  }

  void putBytes(byte[] source, int start, int length) {
    System.arraycopy(source, start, bytes, end, length);
    end += length;
  }

  void putText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    reserve(MAX_VARINT_BYTES + (long) utf8.length);
    putVarint(utf8.length);
    putBytes(utf8, 0, utf8.length);
  }

  void putLabels(Labels labels) {
    reserve(MAX_VARINT_BYTES);
    putVarint(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      putText(labels.name(i));
      putText(labels.value(i));
    }
  }
}

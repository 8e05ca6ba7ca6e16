package io.skald.storage.wal;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads the payload of a record, front to back. Every method throws {@link
 * MalformedRecordException} instead of reading past the end.
 */
final class RecordCursor {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private int at;

  RecordCursor(byte[] payload) {
    this.bytes = payload;
  }

  byte[] bytes() {
    return bytes;
  }

  int at() {
    return at;
  }

  int remaining() {
    return bytes.length - at;
  }

  int readByte() {
    require(1);
    return bytes[at++] & 0xFF;
  }

  long readLong() {
    require(Long.BYTES);
    long value = (long) LONG.get(bytes, at);
    at += Long.BYTES;
    return value;
  }

  /** Reads a count or length: not negative. */
  int readVarint() {
    long value = readVarlong();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new MalformedRecordException("number " + value + " is out of range");
    }
    return (int) value;
  }

  /** Reads the count of things that take at least {@code minBytesEach} bytes each. */
  int readCount(int minBytesEach) {
    int count = readVarint();
    if ((long) count * minBytesEach > remaining()) {
      throw new MalformedRecordException("count " + count + " exceeds the record");
    }
    return count;
  }

  long readVarlong() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = readByte();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new MalformedRecordException("a number has more than 10 bytes");
  }

  long readZigzag() {
    long value = readVarlong();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Returns where the next {@code length} bytes start, and steps over them. */
  int skip(long length) {
    if (length < 0 || length > remaining()) {
      throw new MalformedRecordException(length + " bytes expected, " + remaining() + " left");
    }
    int start = at;
    at += (int) length;
    return start;
  }

  String readText() {
    int length = readVarint();
    int start = skip(length);
    return new String(bytes, start, length, StandardCharsets.UTF_8);
  }

  Labels readLabels() {
    int count = readCount(2);
    Labels.Builder builder = Labels.builder();
    for (int i = 0; i < count; i++) {
      String name = readText();
      builder.set(name, readText());
    }
    return builder.build();
  }

  /** Returns the known labels of the fingerprint, stepping over the text, or else reads them. */
  Labels readLabels(Fingerprint fingerprint, Map<Fingerprint, Labels> known) {
    Labels labels = known.get(fingerprint);
    if (labels == null) {
      labels = readLabels();
      Labels other = known.putIfAbsent(fingerprint, labels);
      return other == null ? labels : other;
    }
    for (int texts = 2 * readCount(2); texts > 0; texts--) {
      skip(readVarint());
    }
    return labels;
  }

  private void require(int count) {
    if (remaining() < count) {
      throw new MalformedRecordException("the record ends too early");
    }
  }
}

package io.skald.common.push;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A position in a message of the protobuf wire format (Protocol Buffers, "Encoding"). Every read is
 * checked against the end of the message it is part of. Confined to one thread.
 */
final class ProtobufCursor {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] area;

  /** The next byte to read. */
  private int at;

  ProtobufCursor(byte[] area) {
    this.area = area;
  }

  int at() {
    return at;
  }

  void moveTo(int position) {
    at = position;
  }

  /** Reads a field's tag, its number and its wire type; there is a byte left before {@code end}. */
  int tag(int end) {
    byte first = area[at];
    if (first > 7) {
      at++;
      return first;
    }
    long tag = varint(end);
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw malformed("a field has the number " + (tag >>> 3));
    }
    return (int) tag;
  }

  /** Reads the length of a field and returns where it ends. */
  int messageEnd(int end) {
    long length = varint(end);
    if (length < 0 || length > end - at) {
      throw malformed(
          "a field says it has "
              + Long.toUnsignedString(length)
              + " bytes, "
              + (end - at)
              + " are left");
    }
    return at + (int) length;
  }

  long varint(int end) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= end) {
        throw malformed("a number is cut off");
      }
      byte b = area[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number has more than 10 bytes");
  }

  void skip(int tag, int end) {
    switch (tag & 7) {
      case VARINT -> {
        long _ = varint(end);
      }
      case FIXED64 -> skipBytes(8, end);
      case LENGTH_DELIMITED -> at = messageEnd(end);
      case FIXED32 -> skipBytes(4, end);
      default -> throw malformed("a field has the wire type " + (tag & 7));
    }
  }

  long fixed64(int end) {
    skipBytes(Long.BYTES, end);
    return (long) LONGS.get(area, at - Long.BYTES);
  }

  int fixed32(int end) {
    skipBytes(Integer.BYTES, end);
    return (int) INTS.get(area, at - Integer.BYTES);
  }

  private void skipBytes(int count, int end) {
    if (end - at < count) {
      throw malformed("a number is cut off");
    }
    at += count;
  }

  PushDecodeException malformed(String what) {
    return PushDecodeException.malformed(
        "push request is not valid protobuf: " + what + " (before byte " + at + ")");
  }
}

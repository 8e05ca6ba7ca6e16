package io.skald.distributor.push;

/**
 * Walks a push request in the protobuf wire format (Protocol Buffers, "Encoding") once, without an
 * object per entry. Fields may come in any order; unknown ones are stepped over.
 *
 * <pre>
 *  PushRequest  1 streams*
 *  Stream       1 labels text   2 entries*   3 hash (never trusted)
 *  Entry        1 Timestamp     2 line       3 metadata pairs*
 *  Timestamp    1 seconds       2 nanos
 *  LabelPair    1 name          2 value
 * </pre>
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private static final int FIRST_DELIMITED = 1 << 3 | LENGTH_DELIMITED;
  private static final int SECOND_DELIMITED = 2 << 3 | LENGTH_DELIMITED;
  private static final int THIRD_DELIMITED = 3 << 3 | LENGTH_DELIMITED;
  private static final int FIRST_VARINT = 1 << 3 | VARINT;
  private static final int SECOND_VARINT = 2 << 3 | VARINT;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final byte[] area;
  private final DecodedPush out;

  /** The next byte to read. */
  private int at;

  private ProtobufReader(byte[] area, DecodedPush out) {
    this.area = area;
    this.out = out;
  }

  /**
   * @param area the message; the result points into it
   * @throws PushDecodeException if it is not a push request
   */
  static DecodedPush read(byte[] area, int maxRows) {
    DecodedPush out = new DecodedPush(area, maxRows);
    new ProtobufReader(area, out).request();
    return out;
  }

  private void request() {
    while (at < area.length) {
      int tag = tag(area.length);
      if (tag == FIRST_DELIMITED) {
        stream(messageEnd(area.length));
      } else {
        skip(tag, area.length);
      }
    }
  }

  private void stream(int end) {
    int labelStart = at;
    int labelLength = 0;
    while (at < end) {
      int tag = tag(end);
      if (tag == SECOND_DELIMITED) {
        entry(messageEnd(end));
      } else if (tag == FIRST_DELIMITED) {
        int labelEnd = messageEnd(end);
        labelStart = at;
        labelLength = labelEnd - at;
        at = labelEnd;
      } else {
        skip(tag, end);
      }
    }
    out.addStream(labelStart, labelLength);
  }

  private void entry(int end) {
    long timestampNanos = 0;
    int lineStart = at;
    int lineLength = 0;
    while (at < end) {
      int tag = tag(end);
      switch (tag) {
        case FIRST_DELIMITED -> timestampNanos = timestamp(messageEnd(end));
        case SECOND_DELIMITED -> {
          int lineEnd = messageEnd(end);
          lineStart = at;
          lineLength = lineEnd - at;
          at = lineEnd;
        }
        case THIRD_DELIMITED -> pair(messageEnd(end));
        default -> skip(tag, end);
      }
    }
    out.addEntry(timestampNanos, lineStart, lineLength);
  }

  private long timestamp(int end) {
    long seconds = 0;
    long nanos = 0;
    while (at < end) {
      int tag = tag(end);
      switch (tag) {
        case FIRST_VARINT -> seconds = varint(end);
        case SECOND_VARINT -> nanos = varint(end);
        default -> skip(tag, end);
      }
    }
    if (nanos < 0 || nanos >= NANOS_PER_SECOND) {
      throw malformed("a timestamp has " + nanos + " nanoseconds");
    }
    if (seconds > Long.MAX_VALUE / NANOS_PER_SECOND - 1) {
      return Long.MAX_VALUE;
    }
    if (seconds < Long.MIN_VALUE / NANOS_PER_SECOND + 1) {
      return Long.MIN_VALUE;
    }
    return seconds * NANOS_PER_SECOND + nanos;
  }

  private void pair(int end) {
    int nameStart = at;
    int nameLength = 0;
    int valueStart = at;
    int valueLength = 0;
    while (at < end) {
      int tag = tag(end);
      switch (tag) {
        case FIRST_DELIMITED -> {
          int nameEnd = messageEnd(end);
          nameStart = at;
          nameLength = nameEnd - at;
          at = nameEnd;
        }
        case SECOND_DELIMITED -> {
          int valueEnd = messageEnd(end);
          valueStart = at;
          valueLength = valueEnd - at;
          at = valueEnd;
        }
        default -> skip(tag, end);
      }
    }
    out.addPair(nameStart, nameLength, valueStart, valueLength);
  }

  /** Reads a field's tag: its number and its wire type. */
  private int tag(int end) {
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
  private int messageEnd(int end) {
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

  private long varint(int end) {
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

  private void skip(int tag, int end) {
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

  private void skipBytes(int count, int end) {
    if (end - at < count) {
      throw malformed("a number is cut off");
    }
    at += count;
  }

  private PushDecodeException malformed(String what) {
    return PushDecodeException.malformed(
        "push request is not valid protobuf: " + what + " (before byte " + at + ")");
  }
}

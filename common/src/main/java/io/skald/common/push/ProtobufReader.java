package io.skald.common.push;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Walks a push request in the protobuf wire format (Protocol Buffers, "Encoding") once, without an
 * object per entry. Fields may come in any order; unknown ones are stepped over.
 *
 * <pre>
 *  PushRequest  1 streams*      1001 DeliveryNote
 *  Stream       1 labels text   2 entries*   3 hash (never trusted)
 *  Entry        1 Timestamp     2 line       3 metadata pairs*
 *  Timestamp    1 seconds       2 nanos
 *  LabelPair    1 name          2 value
 * </pre>
 */
final class ProtobufReader {
  private static final int FIRST_DELIMITED = (1 << 3) | ProtobufCursor.LENGTH_DELIMITED;
  private static final int SECOND_DELIMITED = (2 << 3) | ProtobufCursor.LENGTH_DELIMITED;
  private static final int THIRD_DELIMITED = (3 << 3) | ProtobufCursor.LENGTH_DELIMITED;
  private static final int NOTE = (DeliveryNote.FIELD << 3) | ProtobufCursor.LENGTH_DELIMITED;
  private static final int FIRST_VARINT = (1 << 3) | ProtobufCursor.VARINT;
  private static final int SECOND_VARINT = (2 << 3) | ProtobufCursor.VARINT;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final ProtobufCursor in;
  private final DecodedPush out;

  private ProtobufReader(ProtobufCursor in, DecodedPush out) {
    this.in = in;
    this.out = out;
  }

  /**
   * @param area the message; the result points into it
   * @throws PushDecodeException if it is not a push request
   */
  static DecodedPush read(byte[] area, int maxRows) {
    DecodedPush out = new DecodedPush(area, maxRows);
    new ProtobufReader(new ProtobufCursor(area), out).request(area.length);
    return out;
  }

  private void request(int end) {
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == FIRST_DELIMITED) {
        stream(in.messageEnd(end));
      } else if (tag == NOTE) {
        note(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void note(int end) {
    if (end - in.at() > DeliveryNote.MAX_BYTES) {
      throw in.malformed("a delivery note has more than " + DeliveryNote.MAX_BYTES + " bytes");
    }
    long nanos = 0;
    List<byte[]> ranges = new ArrayList<>();
    List<byte[]> losses = new ArrayList<>();
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case FIRST_VARINT -> nanos = in.varint(end);
        case SECOND_DELIMITED -> ranges.add(bytes(in.messageEnd(end)));
        case THIRD_DELIMITED -> losses.add(bytes(in.messageEnd(end)));
        default -> in.skip(tag, end);
      }
    }
    if (ranges.size() > 1 || losses.size() > DeliveryNote.MAX_LINES) {
      throw in.malformed("a delivery note has too many lines");
    }
    out.setNote(new DeliveryNote(nanos, ranges, losses));
  }

  private byte[] bytes(int end) {
    byte[] bytes = Arrays.copyOfRange(out.area(), in.at(), end);
    in.moveTo(end);
    return bytes;
  }

  private void stream(int end) {
    int labelStart = in.at();
    int labelLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == SECOND_DELIMITED) {
        entry(in.messageEnd(end));
      } else if (tag == FIRST_DELIMITED) {
        int labelEnd = in.messageEnd(end);
        labelStart = in.at();
        labelLength = labelEnd - in.at();
        in.moveTo(labelEnd);
      } else {
        in.skip(tag, end);
      }
    }
    out.addStream(labelStart, labelLength);
  }

  private void entry(int end) {
    long timestampNanos = 0;
    int lineStart = in.at();
    int lineLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case FIRST_DELIMITED -> timestampNanos = timestamp(in.messageEnd(end));
        case SECOND_DELIMITED -> {
          int lineEnd = in.messageEnd(end);
          lineStart = in.at();
          lineLength = lineEnd - in.at();
          in.moveTo(lineEnd);
        }
        case THIRD_DELIMITED -> pair(in.messageEnd(end));
        default -> in.skip(tag, end);
      }
    }
    out.addEntry(timestampNanos, lineStart, lineLength);
  }

  private long timestamp(int end) {
    long seconds = 0;
    long nanos = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case FIRST_VARINT -> seconds = in.varint(end);
        case SECOND_VARINT -> nanos = in.varint(end);
        default -> in.skip(tag, end);
      }
    }
    if (nanos < 0 || nanos >= NANOS_PER_SECOND) {
      throw in.malformed("a timestamp has " + nanos + " nanoseconds");
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
    int nameStart = in.at();
    int nameLength = 0;
    int valueStart = in.at();
    int valueLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      switch (tag) {
        case FIRST_DELIMITED -> {
          int nameEnd = in.messageEnd(end);
          nameStart = in.at();
          nameLength = nameEnd - in.at();
          in.moveTo(nameEnd);
        }
        case SECOND_DELIMITED -> {
          int valueEnd = in.messageEnd(end);
          valueStart = in.at();
          valueLength = valueEnd - in.at();
          in.moveTo(valueEnd);
        }
        default -> in.skip(tag, end);
      }
    }
    out.addPair(nameStart, nameLength, valueStart, valueLength);
  }
}

package io.skald.common.push;

import io.skald.common.values.GoFloat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads attributes and values of OpenTelemetry (opentelemetry-proto, common/v1): maps of attributes
 * are flattened, other values become text. Confined to one thread.
 */
final class OtlpValues {
  /** Takes the ranges of a flat attribute. */
  @FunctionalInterface
  interface PairSink {
    void accept(int nameStart, int nameLength, int valueStart, int valueLength);
  }

  private static final int MAX_DEPTH = 64;

  private static final int KEY = delimited(1);
  private static final int VALUE = delimited(2);
  private static final int STRING = delimited(1);
  private static final int BOOL = (2 << 3) | ProtobufCursor.VARINT;
  private static final int INTEGER = (3 << 3) | ProtobufCursor.VARINT;
  private static final int DOUBLE = (4 << 3) | ProtobufCursor.FIXED64;
  private static final int ARRAY = delimited(5);
  private static final int MAP = delimited(6);
  private static final int BYTES = delimited(7);
  private static final int ELEMENT = delimited(1);

  private final ProtobufCursor in;
  private final ByteArea area;

  /** The range of the last text. */
  private int textStart;

  private int textLength;

  /**
   * @param area starts with the bytes that {@code in} reads; text is appended
   */
  OtlpValues(ProtobufCursor in, ByteArea area) {
    this.in = in;
    this.area = area;
  }

  private static int delimited(int field) {
    return (field << 3) | ProtobufCursor.LENGTH_DELIMITED;
  }

  int textStart() {
    return textStart;
  }

  int textLength() {
    return textLength;
  }

  /** Returns the key of an attribute; moves anywhere inside it. */
  String key(int end) {
    Attribute attribute = readAttribute(end);
    return text(attribute.keyStart, attribute.keyLength);
  }

  private String text(int start, int length) {
    return new String(area.array(), start, length, StandardCharsets.UTF_8);
  }

  /** Returns an attribute's value as text. */
  String textOfAttribute(int end) {
    Attribute attribute = readAttribute(end);
    in.moveTo(attribute.valueStart);
    text(attribute.valueEnd);
    in.moveTo(end);
    return text(textStart, textLength);
  }

  /** Hands an attribute to {@code sink}, a map member by member. */
  void attribute(int end, PairSink sink) {
    attribute(end, 0, 0, sink, 0);
  }

  private record Attribute(int keyStart, int keyLength, int valueStart, int valueEnd) {}

  private Attribute readAttribute(int end) {
    int keyStart = in.at();
    int keyLength = 0;
    int valueStart = end;
    int valueEnd = end;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == KEY) {
        int keyEnd = in.messageEnd(end);
        keyStart = in.at();
        keyLength = keyEnd - keyStart;
        in.moveTo(keyEnd);
      } else if (tag == VALUE) {
        valueEnd = in.messageEnd(end);
        valueStart = in.at();
        in.moveTo(valueEnd);
      } else {
        in.skip(tag, end);
      }
    }
    return new Attribute(keyStart, keyLength, valueStart, valueEnd);
  }

  /**
   * @param prefixLength 0 if the attribute is not member of another
   */
  private void attribute(int end, int prefixStart, int prefixLength, PairSink sink, int depth) {
    checkDepth(depth);
    Attribute attribute = readAttribute(end);
    int nameStart = attribute.keyStart;
    int nameLength = attribute.keyLength;
    if (prefixLength > 0) {
      nameStart = area.length();
      area.add(area.array(), prefixStart, prefixLength);
      area.add((byte) '_');
      area.add(area.array(), attribute.keyStart, attribute.keyLength);
      nameLength = area.length() - nameStart;
    }
    int map = mapIn(attribute);
    if (map < 0) {
      in.moveTo(attribute.valueStart);
      text(attribute.valueEnd);
      sink.accept(nameStart, nameLength, textStart, textLength);
    } else {
      in.moveTo(map);
      int mapEnd = in.messageEnd(attribute.valueEnd);
      while (in.at() < mapEnd) {
        int tag = in.tag(mapEnd);
        if (tag == ELEMENT) {
          attribute(in.messageEnd(mapEnd), nameStart, nameLength, sink, depth + 1);
        } else {
          in.skip(tag, mapEnd);
        }
      }
    }
    in.moveTo(end);
  }

  /** Returns where the length of the value's map stands, or -1 if the value is not a map. */
  private int mapIn(Attribute attribute) {
    int map = -1;
    in.moveTo(attribute.valueStart);
    while (in.at() < attribute.valueEnd) {
      int tag = in.tag(attribute.valueEnd);
      map = tag == MAP ? in.at() : -1;
      in.skip(tag, attribute.valueEnd);
    }
    return map;
  }

  /** Reads a value up to {@code end}; its text is then at {@link #textStart}. */
  void text(int end) {
    textStart = in.at();
    textLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == STRING) {
        int stringEnd = in.messageEnd(end);
        textStart = in.at();
        textLength = stringEnd - textStart;
        in.moveTo(stringEnd);
      } else {
        int valueAt = in.at();
        int start = area.length();
        writeScalarOrJson(tag, end, false, 0);
        if (in.at() == valueAt) {
          in.skip(tag, end);
        } else {
          textStart = start;
          textLength = area.length() - start;
        }
      }
    }
  }

  /** Writes a value that is not a string; does not move if the tag is unknown. */
  private void writeScalarOrJson(int tag, int end, boolean quoteBytes, int depth) {
    if (tag == BOOL) {
      area.add(in.varint(end) == 0 ? "false" : "true");
    } else if (tag == INTEGER) {
      area.add(Long.toString(in.varint(end)));
    } else if (tag == DOUBLE) {
      area.add(GoFloat.formatShortest(Double.longBitsToDouble(in.fixed64(end))));
    } else if (tag == ARRAY) {
      writeArray(in.messageEnd(end), depth);
    } else if (tag == MAP) {
      writeMap(in.messageEnd(end), depth);
    } else if (tag == BYTES) {
      int bytesEnd = in.messageEnd(end);
      byte[] bytes = Arrays.copyOfRange(area.array(), in.at(), bytesEnd);
      String base64 = Base64.getEncoder().encodeToString(bytes);
      area.add(quoteBytes ? "\"" + base64 + "\"" : base64);
      in.moveTo(bytesEnd);
    }
  }

  private void writeArray(int end, int depth) {
    checkDepth(depth);
    area.add((byte) '[');
    boolean first = true;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == ELEMENT) {
        if (!first) {
          area.add((byte) ',');
        }
        first = false;
        writeJson(in.messageEnd(end), depth + 1);
      } else {
        in.skip(tag, end);
      }
    }
    area.add((byte) ']');
  }

  /** Members are sorted by name, so that equal maps have equal text. */
  private void writeMap(int end, int depth) {
    checkDepth(depth);
    Map<String, Attribute> members = new TreeMap<>();
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == ELEMENT) {
        int memberEnd = in.messageEnd(end);
        Attribute member = readAttribute(memberEnd);
        members.put(text(member.keyStart, member.keyLength), member);
        in.moveTo(memberEnd);
      } else {
        in.skip(tag, end);
      }
    }
    area.add((byte) '{');
    boolean first = true;
    for (Attribute member : members.values()) {
      if (!first) {
        area.add((byte) ',');
      }
      first = false;
      writeQuoted(member.keyStart, member.keyStart + member.keyLength);
      area.add((byte) ':');
      in.moveTo(member.valueStart);
      writeJson(member.valueEnd, depth + 1);
    }
    area.add((byte) '}');
    in.moveTo(end);
  }

  /** Writes a value as JSON; one without content is null. */
  private void writeJson(int end, int depth) {
    int start = area.length();
    while (in.at() < end) {
      int tag = in.tag(end);
      area.cut(start);
      if (tag == STRING) {
        int stringEnd = in.messageEnd(end);
        writeQuoted(in.at(), stringEnd);
        in.moveTo(stringEnd);
      } else {
        int valueAt = in.at();
        writeScalarOrJson(tag, end, true, depth);
        if (in.at() == valueAt) {
          in.skip(tag, end);
        }
      }
    }
    if (area.length() == start) {
      area.add("null");
    }
  }

  private void writeQuoted(int start, int end) {
    area.add((byte) '"');
    for (int i = start; i < end; i++) {
      byte b = area.array()[i];
      switch (b) {
        case '"' -> area.add("\\\"");
        case '\\' -> area.add("\\\\");
        case '\n' -> area.add("\\n");
        case '\r' -> area.add("\\r");
        case '\t' -> area.add("\\t");
        default -> {
          if (b >= 0 && b < ' ') {
            area.add(String.format("\\u%04x", b));
          } else {
            area.add(b);
          }
        }
      }
    }
    area.add((byte) '"');
  }

  private void checkDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw PushDecodeException.malformed("attributes nest deeper than " + MAX_DEPTH);
    }
  }
}

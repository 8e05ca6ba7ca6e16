package io.skald.common.push;

import io.skald.common.limits.OtlpConfig.Action;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Walks an OpenTelemetry export request (opentelemetry-proto, logs/v1) and lays it out as a push: a
 * stream for each resource, its labels from resource attributes; other attributes and fields become
 * structured metadata, as far as the tenant's rules want them. Where the severity is a label,
 * records are in a stream as long as it stays the same. Strings stay ranges of the request; text
 * that has to be made is appended to a copy of it.
 */
final class OtlpReader {
  private static final String SEVERITY_TEXT_NAME = "severity_text";
  private static final Pattern UNFIT_FOR_LABEL = Pattern.compile("[^a-zA-Z0-9_]");

  private static final int RESOURCE = delimited(1);
  private static final int SCOPE_LOGS = delimited(2);
  private static final int ATTRIBUTE_OF_RESOURCE = delimited(1);
  private static final int SCOPE = delimited(1);
  private static final int LOG_RECORD = delimited(2);
  private static final int SCOPE_NAME = delimited(1);
  private static final int SCOPE_VERSION = delimited(2);
  private static final int ATTRIBUTE_OF_SCOPE = delimited(3);
  private static final int SCOPE_DROPPED = (4 << 3) | ProtobufCursor.VARINT;
  private static final int TIME = (1 << 3) | ProtobufCursor.FIXED64;
  private static final int SEVERITY_NUMBER = (2 << 3) | ProtobufCursor.VARINT;
  private static final int SEVERITY_TEXT = delimited(3);
  private static final int BODY = delimited(5);
  private static final int ATTRIBUTE_OF_RECORD = delimited(6);
  private static final int DROPPED = (7 << 3) | ProtobufCursor.VARINT;
  private static final int FLAGS = (8 << 3) | ProtobufCursor.FIXED32;
  private static final int TRACE_ID = delimited(9);
  private static final int SPAN_ID = delimited(10);
  private static final int OBSERVED_TIME = (11 << 3) | ProtobufCursor.FIXED64;

  /**
   * Names of nested attributes repeat those above them, so little can become much. The request and
   * the text made of it may be this many times as long as the request, and a bit.
   */
  private static final long MADE_TEXT = 4;

  private static final long MIN_TEXT = 1 << 20;

  private final ProtobufCursor in;
  private final int end;
  private final ByteArea area;
  private final DecodedPush out;
  private final long nowNanos;
  private final OtlpRules rules;
  private final LabelTextWriter labels = new LabelTextWriter();
  private final OtlpValues values;

  /** Pairs that all records of the resource and of the scope have: four ints each. */
  private int[] shared = new int[64];

  private int sharedLength;

  /** The entries before this one are in streams. */
  private int firstOpenEntry;

  /** The severity of the open stream, where it is a label; "" for none. */
  private String openSeverity = "";

  private OtlpReader(byte[] body, int maxRows, long nowNanos, OtlpRules rules) {
    in = new ProtobufCursor(body);
    end = body.length;
    area = new ByteArea(body.length + (body.length >> 2), MADE_TEXT * body.length + MIN_TEXT);
    area.add(body, 0, body.length);
    out = new DecodedPush(area.array(), maxRows);
    values = new OtlpValues(in, area);
    this.nowNanos = nowNanos;
    this.rules = rules;
  }

  private static int delimited(int field) {
    return (field << 3) | ProtobufCursor.LENGTH_DELIMITED;
  }

  /**
   * @param nowNanos the time of records that have none
   * @throws PushDecodeException if the body is not an export request
   */
  static DecodedPush read(byte[] body, int maxRows, long nowNanos, OtlpRules rules) {
    OtlpReader reader = new OtlpReader(body, maxRows, nowNanos, rules);
    reader.request();
    reader.out.complete(reader.area.array());
    return reader.out;
  }

  private void request() {
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == delimited(1)) {
        resourceLogs(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
  }

  /** The resource is read first, wherever it stands: records need its attributes. */
  private void resourceLogs(int end) {
    int start = in.at();
    labels.clear();
    openSeverity = "";
    sharedLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == RESOURCE) {
        resource(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
    in.moveTo(start);
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == SCOPE_LOGS) {
        scopeLogs(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
    endStream();
  }

  /** Makes a stream of the entries since the last one. */
  private void endStream() {
    if (out.entryCount() > firstOpenEntry) {
      if (!openSeverity.isEmpty()) {
        labels.put(SEVERITY_TEXT_NAME, openSeverity);
      }
      int labelStart = area.length();
      out.addStream(labelStart, labels.write(area));
      labels.remove(SEVERITY_TEXT_NAME);
      firstOpenEntry = out.entryCount();
    }
  }

  private void resource(int end) {
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == ATTRIBUTE_OF_RESOURCE) {
        resourceAttribute(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
  }

  private void resourceAttribute(int end) {
    int start = in.at();
    String key = values.key(end);
    Action action = rules.resource().action(key);
    in.moveTo(start);
    switch (action) {
      case INDEX_LABEL -> labels.put(labelName(key), values.textOfAttribute(end));
      case STRUCTURED_METADATA -> values.attribute(end, this::share);
      case DROP -> in.moveTo(end);
    }
  }

  /** Only letters, digits and underscores may be in the name of a label, and no digit first. */
  private static String labelName(String attribute) {
    String name = UNFIT_FOR_LABEL.matcher(attribute).replaceAll("_");
    return !name.isEmpty() && Character.isDigit(name.charAt(0)) ? "key_" + name : name;
  }

  private void attribute(int end, OtlpRules.Attributes kind, OtlpValues.PairSink sink) {
    if (!kind.isEmpty()) {
      int start = in.at();
      Action action = kind.action(values.key(end));
      in.moveTo(action == Action.DROP ? end : start);
      if (action == Action.DROP) {
        return;
      }
    }
    values.attribute(end, sink);
  }

  private void share(int nameStart, int nameLength, int valueStart, int valueLength) {
    if (sharedLength == shared.length) {
      shared = Arrays.copyOf(shared, 2 * sharedLength);
    }
    shared[sharedLength++] = nameStart;
    shared[sharedLength++] = nameLength;
    shared[sharedLength++] = valueStart;
    shared[sharedLength++] = valueLength;
  }

  private void shareText(String name, String value) {
    int nameStart = area.length();
    area.add(name);
    int valueStart = area.length();
    area.add(value);
    share(nameStart, valueStart - nameStart, valueStart, area.length() - valueStart);
  }

  private void scopeLogs(int end) {
    int start = in.at();
    int sharedByResource = sharedLength;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == SCOPE) {
        scope(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
    in.moveTo(start);
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == LOG_RECORD) {
        record(in.messageEnd(end));
      } else {
        in.skip(tag, end);
      }
    }
    sharedLength = sharedByResource;
  }

  private void scope(int end) {
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == ATTRIBUTE_OF_SCOPE) {
        attribute(in.messageEnd(end), rules.scope(), this::share);
      } else if (tag == SCOPE_NAME) {
        shareText("scope_name", string(end));
      } else if (tag == SCOPE_VERSION) {
        shareText("scope_version", string(end));
      } else if (tag == SCOPE_DROPPED) {
        shareText("scope_dropped_attributes_count", count(in.varint(end)));
      } else {
        in.skip(tag, end);
      }
    }
  }

  private String string(int end) {
    int stringEnd = in.messageEnd(end);
    String text = new String(area.array(), in.at(), stringEnd - in.at(), StandardCharsets.UTF_8);
    in.moveTo(stringEnd);
    return text;
  }

  /** Zero stands for absent; an empty value vanishes. */
  private static String count(long number) {
    return number == 0 ? "" : Long.toString(number);
  }

  private void record(int end) {
    for (int i = 0; i < sharedLength; i += 4) {
      out.addPair(shared[i], shared[i + 1], shared[i + 2], shared[i + 3]);
    }
    long time = 0;
    long observedTime = 0;
    String severity = "";
    int lineStart = in.at();
    int lineLength = 0;
    while (in.at() < end) {
      int tag = in.tag(end);
      if (tag == TIME) {
        time = in.fixed64(end);
      } else if (tag == OBSERVED_TIME) {
        observedTime = in.fixed64(end);
      } else if (tag == BODY) {
        values.text(in.messageEnd(end));
        lineStart = values.textStart();
        lineLength = values.textLength();
      } else if (tag == ATTRIBUTE_OF_RECORD) {
        attribute(in.messageEnd(end), rules.log(), out::addPair);
      } else if (tag == SEVERITY_TEXT && rules.severityTextAsLabel()) {
        severity = string(end);
      } else {
        field(tag, end);
      }
    }
    if (time != 0 && observedTime != 0) {
      pair("observed_timestamp", Long.toUnsignedString(observedTime));
    }
    if (!severity.equals(openSeverity)) {
      endStream();
      openSeverity = severity;
    }
    out.addEntry(timestamp(time, observedTime), lineStart, lineLength);
  }

  private long timestamp(long time, long observedTime) {
    long given = time != 0 ? time : observedTime;
    if (given == 0) {
      return nowNanos;
    }
    // Unsigned: what is beyond a long is far in the future.
    return given < 0 ? Long.MAX_VALUE : given;
  }

  private void field(int tag, int end) {
    if (tag == SEVERITY_NUMBER) {
      pair("severity_number", count(in.varint(end)));
    } else if (tag == SEVERITY_TEXT) {
      pair(SEVERITY_TEXT_NAME, string(end));
    } else if (tag == DROPPED) {
      pair("dropped_attributes_count", count(in.varint(end)));
    } else if (tag == FLAGS) {
      pair("flags", count(Integer.toUnsignedLong(in.fixed32(end))));
    } else if (tag == TRACE_ID) {
      id("trace_id", in.messageEnd(end));
    } else if (tag == SPAN_ID) {
      id("span_id", in.messageEnd(end));
    } else {
      in.skip(tag, end);
    }
  }

  private void pair(String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    int nameStart = area.length();
    area.add(name);
    int valueStart = area.length();
    area.add(value);
    out.addPair(nameStart, valueStart - nameStart, valueStart, area.length() - valueStart);
  }

  /** Prints an id in hexadecimal; one of zeros is none. */
  private void id(String name, int end) {
    int start = in.at();
    in.moveTo(end);
    boolean any = false;
    for (int i = start; i < end; i++) {
      any |= area.array()[i] != 0;
    }
    if (any) {
      pair(name, HexFormat.of().formatHex(area.array(), start, end));
    }
  }
}

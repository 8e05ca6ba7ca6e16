package io.skald.agent.push;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.agent.json.JsonException;
import io.skald.agent.json.JsonReader;
import io.skald.agent.json.JsonWriter;
import io.skald.common.push.DeliveryNote;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one push tells beside its entries; {@link DeliveryNote} is its form on the wire, and {@code
 * docs/formats/delivery-notes.md} that of the lines.
 *
 * @param nanos the time of the note
 * @param span of the entries that came with the ranges
 */
record Note(long nanos, Span span, List<Range> ranges, List<Loss> losses) {
  static final Note EMPTY = new Note(0, Span.NONE, List.of(), List.of());

  /** Where nothing is known of a place in a file. */
  static final long UNKNOWN = -1;

  private static final int TIME_TAG = 0x08;
  private static final int RANGES_TAG = 0x12;
  private static final int LOSS_TAG = 0x1A;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  Note {
    ranges = List.copyOf(ranges);
    losses = List.copyOf(losses);
  }

  /** Timestamps of entries, both inclusive; the first is above the last if there are none. */
  record Span(long first, long last) {
    static final Span NONE = new Span(Long.MAX_VALUE, Long.MIN_VALUE);

    boolean isEmpty() {
      return first > last;
    }

    Span with(Span other) {
      return new Span(Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  /**
   * A part of a file.
   *
   * @param id of the file
   * @param from offset of its first byte; {@link #UNKNOWN} where nothing was known of the file
   * @param to offset behind its last byte
   * @param lines that were sent of it
   * @param dropped lines that were not, by reason
   */
  record Range(String id, String file, long from, long to, long lines, Map<String, Long> dropped) {
    Range {
      dropped = new TreeMap<>(dropped);
    }

    /** Returns both as one; the other follows this one. */
    Range with(Range next) {
      Map<String, Long> both = new TreeMap<>(dropped);
      next.dropped.forEach((reason, count) -> both.merge(reason, count, Long::sum));
      return new Range(id, next.file, from, next.to, lines + next.lines, both);
    }
  }

  /**
   * Lines that were given up.
   *
   * @param id of the file; "" if they are of several
   * @param from as {@code to}: of the part of the file, {@link #UNKNOWN} if it is not whole
   */
  record Loss(String id, String file, String reason, long lines, long from, long to, Span span) {
    Loss with(Loss other) {
      boolean adjoins = from != UNKNOWN && other.from != UNKNOWN && to == other.from;
      return new Loss(
          id,
          file,
          reason,
          lines + other.lines,
          adjoins ? from : UNKNOWN,
          adjoins ? other.to : UNKNOWN,
          span.with(other.span));
    }
  }

  /** Returns the content of the field {@link DeliveryNote#FIELD}. */
  byte[] encode() {
    ProtobufBytes out = new ProtobufBytes(256);
    out.reserve(11);
    out.putByte(TIME_TAG);
    out.putVarint(nanos);
    if (!ranges.isEmpty()) {
      putField(out, RANGES_TAG, JsonWriter.write(rangesLine()).getBytes(UTF_8));
    }
    for (Loss loss : losses) {
      putField(out, LOSS_TAG, JsonWriter.write(lossLine(loss)).getBytes(UTF_8));
    }
    return out.copy();
  }

  private static void putField(ProtobufBytes out, int tag, byte[] bytes) {
    out.reserve(6 + bytes.length);
    out.putByte(tag);
    out.putVarint(bytes.length);
    out.put(bytes, 0, bytes.length);
  }

  private Map<String, Object> rangesLine() {
    Map<String, Object> line = new LinkedHashMap<>();
    putSpan(line, span);
    List<Map<String, Object>> files = new ArrayList<>();
    for (Range range : ranges) {
      Map<String, Object> file = new LinkedHashMap<>();
      file.put("file", range.file);
      file.put("id", range.id);
      if (range.from != UNKNOWN) {
        file.put("from", range.from);
      }
      file.put("to", range.to);
      file.put("lines", range.lines);
      if (!range.dropped.isEmpty()) {
        file.put("dropped", range.dropped);
      }
      files.add(file);
    }
    line.put("files", files);
    return line;
  }

  private static Map<String, Object> lossLine(Loss loss) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("hop", "agent");
    line.put("reason", loss.reason);
    if (!loss.id.isEmpty()) {
      line.put("file", loss.file);
      line.put("id", loss.id);
    }
    line.put("lines", loss.lines);
    if (loss.from != UNKNOWN) {
      line.put("from", loss.from);
      line.put("to", loss.to);
    }
    putSpan(line, loss.span);
    return line;
  }

  private static void putSpan(Map<String, Object> line, Span span) {
    if (!span.isEmpty()) {
      line.put("first", time(span.first));
      line.put("last", time(span.last));
    }
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static Note decode(byte[] bytes) {
    long nanos = 0;
    Map<String, @Nullable Object> rangesLine = Map.of();
    List<Loss> losses = new ArrayList<>();
    ProtobufFields in = new ProtobufFields(bytes, 0, bytes.length);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> nanos = in.number();
        case 2 -> rangesLine = object(in.text());
        case 3 -> losses.add(loss(object(in.text())));
        default -> throw new IllegalArgumentException("unknown field of a note: " + in.field());
      }
    }
    List<Range> ranges = new ArrayList<>();
    if (rangesLine.get("files") instanceof List<?> files) {
      for (Object file : files) {
        ranges.add(range(map(file)));
      }
    }
    return new Note(nanos, span(rangesLine), ranges, losses);
  }

  private static Range range(Map<?, ?> file) {
    Map<String, Long> dropped = new TreeMap<>();
    map(file.get("dropped"))
        .forEach((reason, count) -> dropped.put(reason.toString(), number(count, 0)));
    return new Range(
        text(file.get("id")),
        text(file.get("file")),
        number(file.get("from"), UNKNOWN),
        number(file.get("to"), UNKNOWN),
        number(file.get("lines"), 0),
        dropped);
  }

  private static Loss loss(Map<?, ?> line) {
    return new Loss(
        text(line.get("id")),
        text(line.get("file")),
        text(line.get("reason")),
        number(line.get("lines"), 0),
        number(line.get("from"), UNKNOWN),
        number(line.get("to"), UNKNOWN),
        span(line));
  }

  private static Map<String, @Nullable Object> object(String text) {
    try {
      Map<String, @Nullable Object> object = JsonReader.readObject(text, null, false);
      return object == null ? Map.of() : object;
    } catch (JsonException e) {
      throw new IllegalArgumentException("a line of a note is no JSON: " + e.getMessage(), e);
    }
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String text(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  private static long number(@Nullable Object value, long without) {
    return value instanceof Double number ? number.longValue() : without;
  }

  private static Span span(Map<?, ?> line) {
    if (line.get("first") instanceof String first && line.get("last") instanceof String last) {
      try {
        return new Span(nanos(first), nanos(last));
      } catch (DateTimeParseException e) {
        throw new IllegalArgumentException("a note has a bad time: " + e.getMessage(), e);
      }
    }
    return Span.NONE;
  }

  private static long nanos(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
  }
}

package io.skald.agent.push;

import io.skald.common.push.DeliveryNote;
import java.util.ArrayList;
import java.util.List;

/**
 * Halves a push request that a server finds too large, and finds the note in one. Reads only what
 * {@link Batch} and {@link Sender} write.
 */
final class BodySplitter {
  private static final int STREAM_FIELD = 1;
  private static final int LABELS_FIELD = 1;

  /** A range of the body with tag and length. */
  private record Range(int start, int end) {
    int size() {
      return end - start;
    }
  }

  private record Stream(Range labels, List<Range> entries) {}

  private final byte[] body;
  private final List<Stream> streams = new ArrayList<>();
  private final List<Range> notes = new ArrayList<>();
  private Note note = Note.EMPTY;

  private BodySplitter(byte[] body) {
    this.body = body;
    ProtobufFields in = new ProtobufFields(body, 0, body.length);
    while (in.next()) {
      if (in.field() == STREAM_FIELD) {
        streams.add(stream(in.contentStart(), in.end()));
      } else if (in.field() == DeliveryNote.FIELD) {
        notes.add(new Range(in.start(), in.end()));
        note = Note.decode(in.content());
      }
    }
  }

  private Stream stream(int start, int end) {
    Range labels = new Range(start, start);
    List<Range> entries = new ArrayList<>();
    ProtobufFields in = new ProtobufFields(body, start, end);
    while (in.next()) {
      Range field = new Range(in.start(), in.end());
      if (in.field() == LABELS_FIELD) {
        labels = field;
      } else {
        entries.add(field);
      }
    }
    return new Stream(labels, entries);
  }

  /** Counts the entries of a push request. */
  static int entries(byte[] body) {
    return new BodySplitter(body).count();
  }

  /** Returns the note of a push request; an empty one if it has none. */
  static Note note(byte[] body) {
    return new BodySplitter(body).note;
  }

  private int count() {
    return streams.stream().mapToInt(stream -> stream.entries.size()).sum();
  }

  /**
   * Returns two requests with the first and the second half of the entries, in the same order. The
   * note goes with the second, so that it is told when all is there.
   *
   * @param body uncompressed, with two entries at least
   */
  static List<byte[]> halves(byte[] body) {
    BodySplitter whole = new BodySplitter(body);
    int total = whole.count();
    return List.of(
        whole.encode(0, total / 2, List.of()), whole.encode(total / 2, total, whole.notes));
  }

  private byte[] encode(int from, int to, List<Range> behind) {
    ProtobufBytes out = new ProtobufBytes(body.length);
    int index = 0;
    for (Stream stream : streams) {
      int first = Math.clamp(from - index, 0, stream.entries.size());
      int last = Math.clamp(to - index, 0, stream.entries.size());
      index += stream.entries.size();
      if (first == last) {
        continue;
      }
      Range range = new Range(stream.entries.get(first).start, stream.entries.get(last - 1).end);
      int labelsSize = stream.labels.size();
      out.reserve(16 + labelsSize + range.size());
      out.putByte(0x0A);
      out.putVarint(labelsSize + range.size());
      out.put(body, stream.labels.start, labelsSize);
      out.put(body, range.start, range.size());
    }
    for (Range field : behind) {
      out.reserve(field.size());
      out.put(body, field.start, field.size());
    }
    return out.copy();
  }
}

package io.skald.agent.push;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Halves a push request that a server finds too large. Reads only what {@link Batch} writes. */
final class BodySplitter {
  private static final int LENGTH_DELIMITED = 2;
  private static final int LABELS_FIELD = 1;

  private final byte[] body;
  private int at;

  private BodySplitter(byte[] body) {
    this.body = body;
  }

  /** Counts the entries of a push request. */
  static int entries(byte[] body) {
    return new BodySplitter(body).fields().stream().mapToInt(s -> s.entries.size()).sum();
  }

  /**
   * Returns two requests with the first and the second half of the entries, in the same order.
   *
   * @param body uncompressed, with two entries at least
   */
  static List<byte[]> halves(byte[] body) {
    List<Stream> streams = new BodySplitter(body).fields();
    int total = streams.stream().mapToInt(s -> s.entries.size()).sum();
    return List.of(encode(body, streams, 0, total / 2), encode(body, streams, total / 2, total));
  }

  /** A range of the body with tag and length. */
  private record Range(int start, int end) {}

  private record Stream(Range labels, List<Range> entries) {}

  private List<Stream> fields() {
    List<Stream> streams = new ArrayList<>();
    while (at < body.length) {
      at++; // the tag of a stream
      int end = (int) varint();
      end += at;
      Range labels = new Range(at, at);
      List<Range> entries = new ArrayList<>();
      while (at < end) {
        int start = at;
        int tag = body[at++];
        if ((tag & 7) != LENGTH_DELIMITED) {
          throw new IllegalStateException("not a push request of ours: tag " + tag);
        }
        int length = (int) varint();
        at += length;
        if (tag >> 3 == LABELS_FIELD) {
          labels = new Range(start, at);
        } else {
          entries.add(new Range(start, at));
        }
      }
      streams.add(new Stream(labels, entries));
    }
    return streams;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = body[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static byte[] encode(byte[] body, List<Stream> streams, int from, int to) {
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
      int labelsSize = stream.labels.end - stream.labels.start;
      int size = range.end - range.start;
      out.reserve(16 + labelsSize + size);
      out.putByte(0x0A);
      out.putVarint(labelsSize + size);
      out.put(body, stream.labels.start, labelsSize);
      out.put(body, range.start, size);
    }
    return Arrays.copyOf(out.array(), out.length());
  }
}

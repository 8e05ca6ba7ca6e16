package io.skald.agent;

import io.skald.common.push.DeliveryNote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;

/**
 * What a server holds: decodes push requests and takes entries that agree in stream, timestamp and
 * line for one. Lines are kept as ISO 8859-1 text, which maps bytes one to one.
 */
public final class ReceivedEntries {
  private static final long NOTE_TAG = DeliveryNote.FIELD << 3 | 2;

  /** One stored entry. */
  public record Entry(long timestampNanos, String line) {}

  private final Map<String, Set<Entry>> streams = new TreeMap<>();
  private int requests;
  private int duplicates;

  public synchronized void store(byte[] compressed) {
    requests++;
    for (DecodedStream stream : decode(compressed)) {
      Set<Entry> stored = streams.computeIfAbsent(stream.labels, _ -> new HashSet<>());
      for (Entry entry : stream.entries) {
        if (!stored.add(entry)) {
          duplicates++;
        }
      }
    }
  }

  public synchronized Set<String> streams() {
    return Set.copyOf(streams.keySet());
  }

  /** Returns the entries of a stream by timestamp. */
  public synchronized List<Entry> entries(String labels) {
    List<Entry> sorted = new ArrayList<>(streams.getOrDefault(labels, Set.of()));
    sorted.sort(Comparator.comparingLong(Entry::timestampNanos));
    return sorted;
  }

  /** Returns the lines of a stream by timestamp. */
  public synchronized List<String> lines(String labels) {
    return entries(labels).stream().map(Entry::line).toList();
  }

  /** Returns the lines of the only stream whose labels name this file. */
  public synchronized List<String> linesOf(String filename) {
    String label = "filename=\"" + filename + "\"";
    List<String> matching = streams.keySet().stream().filter(s -> s.contains(label)).toList();
    return matching.isEmpty() ? List.of() : lines(matching.getFirst());
  }

  /** Returns the lines of this file and of its rotated ones, where a glob found these first. */
  public synchronized List<String> linesOfAllGenerations(String filename) {
    String label = "filename=\"" + filename;
    return streams.keySet().stream()
        .filter(s -> s.contains(label + "\"") || s.contains(label + "."))
        .flatMap(s -> lines(s).stream())
        .toList();
  }

  public synchronized int count() {
    return streams.values().stream().mapToInt(Set::size).sum();
  }

  public synchronized int requests() {
    return requests;
  }

  public synchronized int duplicates() {
    return duplicates;
  }

  /** A stream as it stood in a request. */
  public record DecodedStream(String labels, List<Entry> entries) {}

  public static List<DecodedStream> decode(byte[] compressed) {
    try {
      return decodeRaw(Snappy.uncompress(compressed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<DecodedStream> decodeRaw(byte[] body) {
    List<DecodedStream> streams = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(body);
    while (in.hasRemaining()) {
      long tag = varint(in);
      if (tag == NOTE_TAG) {
        part(in);
        continue;
      }
      expect(tag == 0x0A);
      streams.add(stream(part(in)));
    }
    return streams;
  }

  private static DecodedStream stream(ByteBuffer in) {
    String labels = "";
    List<Entry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      switch ((int) varint(in)) {
        case 0x0A -> labels = text(part(in), StandardCharsets.UTF_8);
        case 0x12 -> entries.add(entry(part(in)));
        default -> throw new IllegalArgumentException("unknown tag in a stream");
      }
    }
    return new DecodedStream(labels, entries);
  }

  private static Entry entry(ByteBuffer in) {
    long timestamp = 0;
    String line = "";
    while (in.hasRemaining()) {
      switch ((int) varint(in)) {
        case 0x0A -> timestamp = timestamp(part(in));
        case 0x12 -> line = text(part(in), StandardCharsets.ISO_8859_1);
        case 0x1A -> part(in); // metadata
        default -> throw new IllegalArgumentException("unknown tag in an entry");
      }
    }
    return new Entry(timestamp, line);
  }

  private static long timestamp(ByteBuffer in) {
    long nanos = 0;
    while (in.hasRemaining()) {
      nanos +=
          switch ((int) varint(in)) {
            case 0x08 -> varint(in) * 1_000_000_000L;
            case 0x10 -> varint(in);
            default -> throw new IllegalArgumentException("unknown tag in a timestamp");
          };
    }
    return nanos;
  }

  private static ByteBuffer part(ByteBuffer in) {
    int length = (int) varint(in);
    ByteBuffer part = in.slice(in.position(), length);
    in.position(in.position() + length);
    return part;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static String text(ByteBuffer in, Charset charset) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return new String(bytes, charset);
  }

  private static void expect(boolean condition) {
    if (!condition) {
      throw new IllegalArgumentException("not a push request");
    }
  }
}

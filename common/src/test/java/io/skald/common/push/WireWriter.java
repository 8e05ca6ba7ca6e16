package io.skald.common.push;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.xerial.snappy.Snappy;

/** Writes the protobuf wire format field by field, right or wrong. */
public final class WireWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Returns a stream as a field of a push request. */
  public static WireWriter stream(String labels, Consumer<WireWriter> entries) {
    return new WireWriter()
        .message(
            1,
            stream -> {
              stream.text(1, labels);
              entries.accept(stream);
            });
  }

  /** Returns the field of a request that tells of files: a line about ranges and one of a loss. */
  public static WireWriter note(long nanos, String ranges, String loss) {
    WireWriter note =
        new WireWriter()
            .varint(1, nanos)
            .bytes(2, ranges.getBytes(StandardCharsets.UTF_8))
            .bytes(3, loss.getBytes(StandardCharsets.UTF_8));
    return new WireWriter().bytes(DeliveryNote.FIELD, note.toBytes());
  }

  public WireWriter entry(long timestampNanos, byte[] line, String... metadata) {
    return message(
        2,
        entry -> {
          entry.message(1, time -> time.time(timestampNanos)).bytes(2, line);
          for (int i = 0; i < metadata.length; i += 2) {
            String name = metadata[i];
            String value = metadata[i + 1];
            entry.message(3, pair -> pair.text(1, name).text(2, value));
          }
        });
  }

  public WireWriter entry(long timestampNanos, String line, String... metadata) {
    return entry(timestampNanos, line.getBytes(StandardCharsets.UTF_8), metadata);
  }

  WireWriter time(long nanos) {
    return varint(1, Math.floorDiv(nanos, 1_000_000_000L))
        .varint(2, Math.floorMod(nanos, 1_000_000_000L));
  }

  WireWriter message(int field, Consumer<WireWriter> content) {
    WireWriter inner = new WireWriter();
    content.accept(inner);
    return bytes(field, inner.toBytes());
  }

  WireWriter text(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  WireWriter bytes(int field, byte[] bytes) {
    raw(((long) field << 3) | 2).raw(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  WireWriter varint(int field, long value) {
    return raw((long) field << 3).raw(value);
  }

  /** Writes a bare number. */
  WireWriter raw(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  public WireWriter append(WireWriter other) {
    out.writeBytes(other.toBytes());
    return this;
  }

  WireWriter append(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }

  public byte[] toSnappy() {
    try {
      return Snappy.compress(toBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

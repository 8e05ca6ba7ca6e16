package io.skald.agent.source.journal;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads systemd's journal export format: fields {@code NAME=text}, or a line with the name, the
 * length of the value (64 bits, little-endian), the value and a newline; an empty line ends an
 * entry. Confined to one thread.
 */
final class ExportReader {
  /** A larger value is cut; systemd itself writes at most 768 MiB. */
  private static final int MAX_VALUE_BYTES = 4 << 20;

  /** All of an entry; the fields beyond are left out. */
  private static final int MAX_ENTRY_BYTES = 16 << 20;

  private static final int MAX_FIELDS = 1024;

  private final InputStream in;

  /**
   * @param in should be buffered
   */
  ExportReader(InputStream in) {
    this.in = in;
  }

  /**
   * Reads the next entry.
   *
   * @return null at the end, also if that is in the middle of an entry
   */
  @Nullable JournalEntry next() throws IOException {
    Map<String, byte[]> fields = new HashMap<>();
    long bytes = 0;
    try {
      while (true) {
        byte[] line = line();
        if (line.length == 0) {
          if (fields.isEmpty()) {
            continue;
          }
          return new JournalEntry(Map.copyOf(fields));
        }
        int equals = indexOf(line, (byte) '=');
        String name =
            new String(line, 0, equals < 0 ? line.length : equals, StandardCharsets.US_ASCII);
        byte[] value =
            equals < 0 ? sized() : java.util.Arrays.copyOfRange(line, equals + 1, line.length);
        bytes += value.length;
        if (bytes <= MAX_ENTRY_BYTES && fields.size() < MAX_FIELDS) {
          fields.put(name, value);
        }
      }
    } catch (EOFException _) {
      return null;
    }
  }

  /** Reads up to a newline, which is left out. */
  private byte[] line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      if (line.size() < MAX_VALUE_BYTES) {
        line.write(b);
      }
    }
    return line.toByteArray();
  }

  private byte[] sized() throws IOException {
    byte[] size = in.readNBytes(Long.BYTES);
    if (size.length < Long.BYTES) {
      throw new EOFException();
    }
    long length = ByteBuffer.wrap(size).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 0) {
      throw new IOException("a field of the journal claims to have " + length + " bytes");
    }
    byte[] value = in.readNBytes((int) Math.min(length, MAX_VALUE_BYTES));
    in.skipNBytes(length - value.length + 1);
    return value;
  }

  private static int indexOf(byte[] bytes, byte wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}

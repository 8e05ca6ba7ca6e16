package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Reads the pushes of the common corpus: a file of {@code length u32 | raw bytes u64 | lines u32 |
 * snappy-compressed push body}, big-endian. A body is a protobuf push request.
 */
final class PushCorpus implements Closeable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final Pattern PAIR = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  private final DataInputStream in;
  private final Map<String, Labels> labels = new ConcurrentHashMap<>();
  private final Map<String, Fingerprint> fingerprints = new ConcurrentHashMap<>();

  PushCorpus(Path file) throws IOException {
    in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
  }

  /** Returns the next compressed body, or null at the end. */
  synchronized byte @Nullable [] next() throws IOException {
    int length;
    try {
      length = in.readInt();
    } catch (EOFException _) {
      return null;
    }
    in.readLong();
    in.readInt();
    return in.readNBytes(length);
  }

  /** Decodes a body; every eighth line or so gets another level than the rest. */
  List<StreamBatch> decode(byte[] compressed) throws IOException {
    byte[] body = Snappy.uncompress(compressed);
    MetadataTable table = new MetadataTable();
    int[] levels = {
      table.intern(Labels.of("detected_level", "info")),
      table.intern(Labels.of("detected_level", "error"))
    };
    Cursor cursor = new Cursor(body);
    List<StreamBatch> batches = new ArrayList<>();
    while (cursor.at < body.length) {
      cursor.varint();
      int end = cursor.varint() + cursor.at;
      batches.add(stream(cursor, end, table, levels));
    }
    return batches;
  }

  private StreamBatch stream(Cursor cursor, int end, MetadataTable table, int[] levels) {
    EntryBatch.Builder builder = new EntryBatch.Builder(cursor.bytes, table);
    String text = "";
    while (cursor.at < end) {
      int tag = cursor.varint();
      int length = cursor.varint();
      if (tag >>> 3 == 1) {
        text = new String(cursor.bytes, cursor.at, length, StandardCharsets.UTF_8);
        cursor.at += length;
      } else {
        entry(cursor, cursor.at + length, builder, levels);
      }
    }
    Labels set = labels.computeIfAbsent(text, PushCorpus::parse);
    Fingerprint fingerprint = fingerprints.computeIfAbsent(text, _ -> Fingerprint.of(set));
    return new StreamBatch(set, fingerprint, builder.build());
  }

  private static void entry(Cursor cursor, int end, EntryBatch.Builder builder, int[] levels) {
    long timestamp = 0;
    int start = 0;
    int length = 0;
    while (cursor.at < end) {
      int tag = cursor.varint();
      int size = cursor.varint();
      int fieldEnd = cursor.at + size;
      if (tag >>> 3 == 1) {
        while (cursor.at < fieldEnd) {
          int field = cursor.varint() >>> 3;
          long value = cursor.varlong();
          timestamp += field == 1 ? value * 1_000_000_000L : value;
        }
      } else if (tag >>> 3 == 2) {
        start = cursor.at;
        length = size;
      }
      cursor.at = fieldEnd;
    }
    builder.add(timestamp, start, length, length % 8 == 0 ? levels[1] : levels[0]);
  }

  private static Labels parse(String text) {
    Labels.Builder builder = Labels.builder();
    for (Matcher pair = PAIR.matcher(text); pair.find(); ) {
      builder.set(pair.group(1), pair.group(2));
    }
    return builder.build();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class Cursor {
    private final byte[] bytes;
    private int at;

    Cursor(byte[] bytes) {
      this.bytes = bytes;
    }

    int varint() {
      return (int) varlong();
    }

    long varlong() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = bytes[at++];
        value |= (long) (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
    }
  }
}

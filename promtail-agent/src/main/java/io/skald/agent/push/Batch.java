package io.skald.agent.push;

import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Entries of one tenant on their way into one push request, and the positions they bring the files
 * to. Entries are encoded as they come, one after the other in one area; {@link #assemble} puts
 * those of a stream together. Filled by the reader thread, emptied by the sender thread.
 *
 * <pre>
 *  PushRequest := (1: Stream)*        Stream := 1: labels text, (2: Entry)*
 *  Entry       := 1: Timestamp, 2: line, (3: Pair)*
 *  Timestamp   := 1: seconds, 2: nanoseconds        Pair := 1: name, 2: value
 * </pre>
 */
final class Batch {
  private static final int STREAM_TAG = 0x0A;
  private static final int LABELS_TAG = 0x0A;
  private static final int ENTRY_TAG = 0x12;
  private static final int TIMESTAMP_TAG = 0x0A;
  private static final int SECONDS_TAG = 0x08;
  private static final int NANOS_TAG = 0x10;
  private static final int LINE_TAG = 0x12;
  private static final int METADATA_TAG = 0x1A;
  private static final int NAME_TAG = 0x0A;
  private static final int VALUE_TAG = 0x12;

  /** Tags, lengths and the timestamp of an entry need less. */
  private static final int ENTRY_OVERHEAD = 48;

  private static final byte[][] NO_PAIRS = {};

  private final ProtobufBytes entriesArea;
  private final int normalCapacity;
  private final Map<String, Integer> streamIndex = new HashMap<>();
  private final List<byte[]> streamLabels = new ArrayList<>();
  private final Map<FileId, FilePosition> positions = new LinkedHashMap<>();
  private final Map<FileId, Tally> tallies = new HashMap<>();

  /** Of the file whose lines come now: those since its last position. */
  private Tally open = new Tally();

  /** Runs of entries of one stream: stream, start in the area, end. */
  private int[] runs = new int[96];

  private int runCount;
  private int stream = -1;
  private int entries;
  private long lineBytes;
  private long lastTimestampNanos = Long.MIN_VALUE;
  private long firstEntryNanos = Long.MAX_VALUE;
  private long lastEntryNanos = Long.MIN_VALUE;
  private String tenant = "";

  /** What became of the lines of one file. */
  static final class Tally {
    private int lines;
    private final Map<String, Integer> dropped = new TreeMap<>();

    /** Returns how many went into the batch. */
    int lines() {
      return lines;
    }

    /** Returns how many were dropped on their way into it, by reason. */
    Map<String, Integer> dropped() {
      return dropped;
    }

    /** Tells whether there were none. */
    boolean isEmpty() {
      return lines == 0 && dropped.isEmpty();
    }

    private void add(Tally other) {
      lines += other.lines;
      other.dropped.forEach((reason, count) -> dropped.merge(reason, count, Integer::sum));
    }
  }

  Batch(int batchSize) {
    this.normalCapacity = batchSize + (batchSize >> 3) + 4096;
    this.entriesArea = new ProtobufBytes(Math.min(normalCapacity, 64 << 10));
  }

  void clear() {
    entriesArea.clear(normalCapacity);
    streamIndex.clear();
    streamLabels.clear();
    positions.clear();
    tallies.clear();
    open = new Tally();
    firstEntryNanos = Long.MAX_VALUE;
    lastEntryNanos = Long.MIN_VALUE;
    runCount = 0;
    stream = -1;
    entries = 0;
    lineBytes = 0;
    lastTimestampNanos = Long.MIN_VALUE;
    tenant = "";
  }

  int entries() {
    return entries;
  }

  long lineBytes() {
    return lineBytes;
  }

  boolean isEmpty() {
    return entries == 0 && positions.isEmpty();
  }

  /** Returns how many streams have entries or were named. */
  int streams() {
    return streamLabels.size();
  }

  /** Returns the highest time of reading that was given out when the batch was closed. */
  long lastTimestampNanos() {
    return lastTimestampNanos;
  }

  void setLastTimestampNanos(long nanos) {
    lastTimestampNanos = nanos;
  }

  /** Returns whose entries these are, "" for the client's own tenant. */
  String tenant() {
    return tenant;
  }

  void setTenant(String whose) {
    tenant = whose;
  }

  List<FilePosition> positions() {
    return List.copyOf(positions.values());
  }

  /** Returns the timestamp of the earliest entry; {@link Long#MAX_VALUE} without one. */
  long firstEntryNanos() {
    return firstEntryNanos;
  }

  /** Returns the timestamp of the latest entry; {@link Long#MIN_VALUE} without one. */
  long lastEntryNanos() {
    return lastEntryNanos;
  }

  /** Returns what became of the lines of a file that has a position here. */
  Tally tally(FileId file) {
    return tallies.getOrDefault(file, new Tally());
  }

  /** Counts a line of the present file that goes into the batch, or into another tenant's. */
  void countLine() {
    open.lines++;
  }

  /** Counts a line of the present file that is dropped. */
  void countDropped(String reason) {
    open.dropped.merge(reason, 1, Integer::sum);
  }

  boolean hasStream(String labels) {
    return streamIndex.containsKey(labels);
  }

  void stream(String labels) {
    stream =
        streamIndex.computeIfAbsent(
            labels,
            text -> {
              streamLabels.add(text.getBytes(StandardCharsets.UTF_8));
              return streamLabels.size() - 1;
            });
  }

  /** Appends an entry without metadata to the stream named last. */
  void append(long timestampNanos, byte[] buffer, int from, int length) {
    append(timestampNanos, buffer, from, length, Labels.EMPTY);
  }

  /** Appends an entry to the stream named last. */
  void append(long timestampNanos, byte[] buffer, int from, int length, Labels metadata) {
    byte[][] pairs = metadata.isEmpty() ? NO_PAIRS : encoded(metadata);
    int metadataSize = 0;
    for (byte[] pair : pairs) {
      metadataSize += pair.length;
    }
    int start = entriesArea.length();
    long seconds = Math.floorDiv(timestampNanos, 1_000_000_000L);
    int nanos = (int) Math.floorMod(timestampNanos, 1_000_000_000L);
    int timestampSize =
        1
            + ProtobufBytes.varintSize(seconds)
            + (nanos == 0 ? 0 : 1 + ProtobufBytes.varintSize(nanos));
    int size =
        2
            + timestampSize
            + (length == 0 ? 0 : 1 + ProtobufBytes.varintSize(length) + length)
            + metadataSize;
    entriesArea.reserve(length + metadataSize + ENTRY_OVERHEAD);
    entriesArea.putByte(ENTRY_TAG);
    entriesArea.putVarint(size);
    entriesArea.putByte(TIMESTAMP_TAG);
    entriesArea.putByte(timestampSize);
    entriesArea.putByte(SECONDS_TAG);
    entriesArea.putVarint(seconds);
    if (nanos != 0) {
      entriesArea.putByte(NANOS_TAG);
      entriesArea.putVarint(nanos);
    }
    if (length != 0) {
      entriesArea.putByte(LINE_TAG);
      entriesArea.putVarint(length);
      entriesArea.put(buffer, from, length);
    }
    for (byte[] pair : pairs) {
      entriesArea.put(pair, 0, pair.length);
    }
    extendRun(start);
    firstEntryNanos = Math.min(firstEntryNanos, timestampNanos);
    lastEntryNanos = Math.max(lastEntryNanos, timestampNanos);
    entries++;
    lineBytes += length + metadataSize;
  }

  /** Returns each pair as a field of the entry. */
  private static byte[][] encoded(Labels metadata) {
    byte[][] pairs = new byte[metadata.size()][];
    for (int i = 0; i < pairs.length; i++) {
      byte[] name = metadata.name(i).getBytes(StandardCharsets.UTF_8);
      byte[] value = metadata.value(i).getBytes(StandardCharsets.UTF_8);
      int size = fieldSize(name) + fieldSize(value);
      ProtobufBytes pair = new ProtobufBytes(1 + ProtobufBytes.varintSize(size) + size);
      pair.putByte(METADATA_TAG);
      pair.putVarint(size);
      putField(pair, NAME_TAG, name);
      putField(pair, VALUE_TAG, value);
      pairs[i] = pair.array();
    }
    return pairs;
  }

  private static int fieldSize(byte[] text) {
    return 1 + ProtobufBytes.varintSize(text.length) + text.length;
  }

  private static void putField(ProtobufBytes out, int tag, byte[] text) {
    out.putByte(tag);
    out.putVarint(text.length);
    out.put(text, 0, text.length);
  }

  void advance(FilePosition position) {
    positions.remove(position.id()); // the order is that of the last updates
    positions.put(position.id(), position);
    if (!open.isEmpty()) {
      tallies.computeIfAbsent(position.id(), _ -> new Tally()).add(open);
      open = new Tally();
    }
  }

  /** Writes the push request into {@code out}, which is empty. */
  void assemble(ProtobufBytes out) {
    int[] sizes = new int[streamLabels.size()];
    for (int i = 0; i < runCount; i++) {
      sizes[runs[3 * i]] += runs[3 * i + 2] - runs[3 * i + 1];
    }
    int[] next = runsByStream();
    for (int s = 0, i = 0; s < sizes.length; s++) {
      byte[] labels = streamLabels.get(s);
      int labelsSize = 1 + ProtobufBytes.varintSize(labels.length) + labels.length;
      if (sizes[s] == 0) {
        continue;
      }
      out.reserve(16 + labelsSize + sizes[s]);
      out.putByte(STREAM_TAG);
      out.putVarint(labelsSize + sizes[s]);
      out.putByte(LABELS_TAG);
      out.putVarint(labels.length);
      out.put(labels, 0, labels.length);
      for (; i < runCount && runs[3 * next[i]] == s; i++) {
        int run = 3 * next[i];
        out.put(entriesArea.array(), runs[run + 1], runs[run + 2] - runs[run + 1]);
      }
    }
  }

  /** Returns the indexes of the runs, by stream and inside it in arrival order. */
  private int[] runsByStream() {
    int[] counts = new int[streamLabels.size() + 1];
    for (int i = 0; i < runCount; i++) {
      counts[runs[3 * i] + 1]++;
    }
    for (int s = 1; s < counts.length; s++) {
      counts[s] += counts[s - 1];
    }
    int[] order = new int[runCount];
    for (int i = 0; i < runCount; i++) {
      order[counts[runs[3 * i]]++] = i;
    }
    return order;
  }

  private void extendRun(int start) {
    if (runCount > 0 && runs[3 * runCount - 3] == stream) {
      runs[3 * runCount - 1] = entriesArea.length();
      return;
    }
    if (3 * runCount == runs.length) {
      runs = Arrays.copyOf(runs, 2 * runs.length);
    }
    runs[3 * runCount] = stream;
    runs[3 * runCount + 1] = start;
    runs[3 * runCount + 2] = entriesArea.length();
    runCount++;
  }
}

package io.skald.storage.wal;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record of one push.
 *
 * <pre>
 *  payload := kind u8 = 1 | tenant text | stream*
 *           | kind u8 = 4 | tenant text | sender text | batch text | stream*
 *  stream  := fingerprint high u64, low u64 | labels | table u8 [sets] | columns
 *  table   := 0: sets follow, 1: the sets of the stream before
 *  sets    := count | labels*                              without the empty set, which has id 0
 *  columns := entry count | timestamp deltas zigzag* | line lengths*
 *             | metadata ids* (only if there are sets) | line bytes
 *  labels  := count | (name text | value text)*
 *  text    := length | UTF-8
 * </pre>
 *
 * Counts, lengths and ids are varints. Streams follow until the payload ends. Every record stands
 * by itself, labels included: a reference to labels in an earlier record would save a few percent
 * of the log and would make one damaged record cost all later ones.
 */
public final class PushRecord {
  static final int KIND = 1;
  static final int KEYED_KIND = 4;

  private static final int OWN_SETS = 0;
  private static final int SETS_OF_PREVIOUS = 1;
  private static final int MIN_COLUMN_BYTES = 2;
  private static final int FIXED_STREAM_BYTES = Fingerprint.BYTES + 1;

  private final RecordBuffer out;
  private @Nullable MetadataTable lastTable;
  private int streams;

  /**
   * Starts a record in {@code out}, which is cleared.
   *
   * @param key under which the push may be sent again
   */
  public PushRecord(RecordBuffer out, TenantId tenant, @Nullable BatchKey key) {
    this.out = out;
    out.clear();
    out.reserve(1);
    out.putByte(key == null ? KIND : KEYED_KIND);
    out.putText(tenant.value());
    if (key != null) {
      out.putText(key.sender());
      out.putText(key.batch());
    }
  }

  /** Returns the number of streams added so far. */
  public int streams() {
    return streams;
  }

  /**
   * Adds the entries of one stream.
   *
   * @param encodedLabels see {@link #encodeLabels}; a caller keeps them with the stream
   */
  public void add(Fingerprint fingerprint, byte[] encodedLabels, EntryBatch entries) {
    out.reserve(FIXED_STREAM_BYTES + (long) encodedLabels.length);
    out.putLong(fingerprint.high());
    out.putLong(fingerprint.low());
    out.putBytes(encodedLabels, 0, encodedLabels.length);
    MetadataTable table = entries.metadata();
    if (table == lastTable) {
      out.putByte(SETS_OF_PREVIOUS);
    } else {
      out.putByte(OWN_SETS);
      putSets(out, table);
      lastTable = table;
    }
    putColumns(out, entries);
    streams++;
  }

  /** Returns the label bytes as a record holds them. */
  public static byte[] encodeLabels(Labels labels) {
    RecordBuffer buffer = new RecordBuffer(256);
    buffer.putLabels(labels);
    return Arrays.copyOfRange(
        buffer.withHeader(0, 0), SegmentFormat.RECORD_HEADER_BYTES, buffer.recordBytes());
  }

  static void putSets(RecordBuffer out, MetadataTable table) {
    out.reserve(RecordBuffer.MAX_VARINT_BYTES);
    out.putVarint(table.size() - 1);
    for (int id = 1; id < table.size(); id++) {
      out.putLabels(table.get(id));
    }
  }

  static void putColumns(RecordBuffer out, EntryBatch entries) {
    int size = entries.size();
    boolean withMetadata = entries.metadata().size() > 1;
    out.reserve(
        RecordBuffer.MAX_VARINT_BYTES
            + (long) size * (RecordBuffer.MAX_VARLONG_BYTES + 2 * RecordBuffer.MAX_VARINT_BYTES)
            + entries.lineBytes());
    out.putVarint(size);
    long previous = 0;
    for (int i = 0; i < size; i++) {
      long timestamp = entries.timestamp(i);
      out.putZigzag(timestamp - previous);
      previous = timestamp;
    }
    for (int i = 0; i < size; i++) {
      out.putVarint(entries.length(i));
    }
    if (withMetadata) {
      for (int i = 0; i < size; i++) {
        out.putVarint(entries.metadataId(i));
      }
    }
    byte[] area = entries.area();
    for (int i = 0; i < size; i++) {
      out.putBytes(area, entries.start(i), entries.length(i));
    }
  }

  /** What a payload held; the batches point into it. */
  record Decoded(TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {}

  /**
   * Reads a payload after its kind.
   *
   * @param keyed whether it is of the kind that has a key
   * @param knownLabels labels by fingerprint, filled along the way so that a stream has one
   *     instance
   * @throws MalformedRecordException if it does not follow the format
   */
  static Decoded decode(RecordCursor in, boolean keyed, Map<Fingerprint, Labels> knownLabels) {
    TenantId tenant = readTenant(in);
    BatchKey key = keyed ? readKey(in) : null;
    List<StreamBatch> batches = new ArrayList<>();
    Sets sets = Sets.NONE;
    while (in.remaining() > 0) {
      Fingerprint fingerprint = new Fingerprint(in.readLong(), in.readLong());
      Labels labels = in.readLabels(fingerprint, knownLabels);
      int tableKind = in.readByte();
      if (tableKind == OWN_SETS) {
        sets = Sets.read(in);
      } else if (tableKind != SETS_OF_PREVIOUS) {
        throw new MalformedRecordException("unknown kind of metadata table: " + tableKind);
      }
      batches.add(new StreamBatch(labels, fingerprint, readColumns(in, sets)));
    }
    return new Decoded(tenant, key, batches);
  }

  static BatchKey readKey(RecordCursor in) {
    String sender = in.readText();
    try {
      return new BatchKey(sender, in.readText());
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
  }

  static TenantId readTenant(RecordCursor in) {
    String tenant = in.readText();
    try {
      return new TenantId(tenant);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Metadata sets as read, and what their ids became: two sets that differ only in what UTF-8
   * cannot say are one after the way through the log.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Sets(MetadataTable table, int[] ids) {
    static final Sets NONE = new Sets(new MetadataTable(), new int[1]);

    static Sets read(RecordCursor in) {
      int count = in.readCount(1);
      if (count == 0) {
        return NONE;
      }
      MetadataTable table = new MetadataTable();
      int[] ids = new int[count + 1];
      for (int id = 1; id <= count; id++) {
        ids[id] = table.intern(in.readLabels());
      }
      return new Sets(table, ids);
    }

    int id(int written) {
      if (written >= ids.length) {
        throw new MalformedRecordException("metadata id " + written + " has no set");
      }
      return ids[written];
    }
  }

  static EntryBatch readColumns(RecordCursor in, Sets sets) {
    int size = in.readCount(MIN_COLUMN_BYTES);
    long[] timestamps = new long[size];
    long timestamp = 0;
    for (int i = 0; i < size; i++) {
      timestamp += in.readZigzag();
      timestamps[i] = timestamp;
    }
    int[] lengths = new int[size];
    long lineBytes = 0;
    for (int i = 0; i < size; i++) {
      lengths[i] = in.readVarint();
      lineBytes += lengths[i];
    }
    int[] metadataIds = new int[size];
    if (sets.ids().length > 1) {
      for (int i = 0; i < size; i++) {
        metadataIds[i] = sets.id(in.readVarint());
      }
    }
    int start = in.skip(lineBytes);
    EntryBatch.Builder builder = new EntryBatch.Builder(in.bytes(), sets.table());
    for (int i = 0; i < size; i++) {
      builder.add(timestamps[i], start, lengths[i], metadataIds[i]);
      start += lengths[i];
    }
    return builder.build();
  }
}

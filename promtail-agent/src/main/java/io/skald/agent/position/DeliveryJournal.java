package io.skald.agent.position;

import io.skald.agent.position.JournalCodec.JournalRecord;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what one client has delivered. Confined to one thread at a time.
 *
 * <p>A batch is appended and synced before it is sent for the first time, and struck out when its
 * delivery has ended. After a crash, what is not struck out is sent again, byte by byte the same:
 * the server takes entries that agree in stream, timestamp and line for one. The note that strikes
 * a batch out is not synced, since without it the batch is only sent once more.
 *
 * <p>The batch is kept whole, not as ranges of files to read again: a file may have been truncated
 * or deleted by then, and the configuration that made its labels changed. The price is to write
 * every batch, compressed, once more.
 *
 * <p>The file is the buffer for a server that is away: what is not delivered stays on disk and is
 * read when its turn comes. It begins with a snapshot and grows by records; {@link #compact}
 * replaces it by a new snapshot with what is not delivered. The format is in {@link JournalCodec}.
 */
public final class DeliveryJournal implements AutoCloseable {
  /** Beyond this a journal is worth a rewrite, which costs two syncs. */
  private static final long COMPACT_ABOVE_BYTES = 8 << 20;

  private static final Logger log = LoggerFactory.getLogger(DeliveryJournal.class);

  private final Path file;
  private final Map<FileId, FilePosition> delivered = new LinkedHashMap<>();

  /** As {@link #delivered}, with what the undelivered batches add. */
  private final Map<FileId, FilePosition> read = new LinkedHashMap<>();

  /** By id, in the order to send them; what they hold is read when it is needed. */
  private final Map<Long, Stored> undelivered = new LinkedHashMap<>();

  private long undeliveredBytes;

  /** What the undelivered batches bring files to; only while the file is read. */
  private final Map<Long, List<FilePosition>> replayed = new HashMap<>();

  /** Batches of a group whose last one was not met yet; only while the file is read. */
  private final List<Part> parts = new ArrayList<>();

  private long nextId = 1;
  private long lastTimestampNanos = Long.MIN_VALUE;
  private FileChannel channel;
  private long length;
  private boolean grown;
  private Consumer<List<FilePosition>> durable = _ -> {};

  /** What is to be told beside the next batch; empty for nothing. */
  private byte[] note = {};

  private record Part(JournaledBatch batch, Stored stored) {}

  /**
   * A batch on disk.
   *
   * @param at where its record begins in the file
   * @param length of the record
   */
  private record Stored(long at, int length, Summary summary) {}

  /**
   * What is known of a batch without reading it.
   *
   * @param lastTimestampNanos about when its lines were read
   * @param bytes of its record on disk
   */
  public record Summary(
      String tenant, long lastTimestampNanos, int entries, long lineBytes, int bytes) {}

  private DeliveryJournal(Path file) throws IOException {
    this.file = file;
    if (!Files.exists(file)) {
      this.channel = rewrite(null);
      return;
    }
    try (FileChannel old = FileChannel.open(file, StandardOpenOption.READ)) {
      recover(old);
      this.channel = rewrite(old);
    }
  }

  /**
   * Opens or creates the journal and cuts what a crash left half written.
   *
   * @throws CorruptJournalException if the file is no journal or its snapshot is damaged
   */
  public static DeliveryJournal open(Path file) throws IOException {
    return new DeliveryJournal(file);
  }

  /**
   * Like {@link #open}, but a journal that cannot be used is set aside, with an error in the log,
   * and a new one begun: reading then starts at the positions file.
   */
  public static DeliveryJournal openOrReplace(Path file, long nowNanos) throws IOException {
    try {
      return open(file);
    } catch (CorruptJournalException e) {
      Path aside = DurableFiles.setAside(file, nowNanos);
      log.error(
          "{}; it is kept as {}. Reading goes on from the positions file: lines of the last seconds"
              + " may be sent twice",
          e.getMessage(),
          aside);
      return open(file);
    }
  }

  /**
   * Says who is told, on the thread that writes, of positions before which nothing can be lost any
   * more.
   */
  public void onDurable(Consumer<List<FilePosition>> listener) {
    durable = listener;
  }

  /** Returns the ids of the batches whose delivery has not ended, in the order to send them. */
  public List<Long> undelivered() {
    return List.copyOf(undelivered.keySet());
  }

  public int undeliveredCount() {
    return undelivered.size();
  }

  /** Returns what the undelivered batches take on disk. */
  public long undeliveredBytes() {
    return undeliveredBytes;
  }

  /** Returns about when the lines of the oldest undelivered batch were read; 0 without one. */
  public long oldestNanos() {
    return undelivered.isEmpty()
        ? 0
        : undelivered.values().iterator().next().summary.lastTimestampNanos;
  }

  /** Returns what is known of an undelivered batch. */
  public Summary summary(long id) {
    return stored(id).summary;
  }

  /**
   * Reads an undelivered batch.
   *
   * @throws CorruptJournalException if it is damaged on disk
   */
  public JournaledBatch batch(long id) throws IOException {
    return read(channel, stored(id));
  }

  private Stored stored(long id) {
    Stored stored = undelivered.get(id);
    if (stored == null) {
      throw new IllegalArgumentException("no such undelivered batch: " + id);
    }
    return stored;
  }

  private JournaledBatch read(FileChannel from, Stored stored) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(stored.length);
    readFully(from, record, stored.at);
    record.flip();
    record.position(4); // the length is known
    int checksum = record.getInt();
    ByteBuffer payload = record.slice();
    CRC32C crc = new CRC32C();
    crc.update(payload.duplicate());
    if ((int) crc.getValue() == checksum) {
      switch (JournalCodec.decode(payload)) {
        case JournalRecord.Batch(JournaledBatch batch) -> {
          return batch;
        }
        case JournalRecord.Part(JournaledBatch batch) -> {
          return batch;
        }
        case JournalRecord.Snapshot _,
            JournalRecord.Delivered _,
            JournalRecord.Progress _,
            JournalRecord.Note _ -> {}
      }
    }
    throw new CorruptJournalException(
        "journal " + file + ": the batch at offset " + stored.at + " is damaged");
  }

  private static void readFully(FileChannel from, ByteBuffer into, long at) throws IOException {
    while (into.hasRemaining()) {
      if (from.read(into, at + into.position()) < 0) {
        throw new EOFException("the journal ends at " + (at + into.position()));
      }
    }
  }

  /** Tells whether the batch is on record and its delivery has not ended. */
  public boolean isUndelivered(long id) {
    return undelivered.containsKey(id);
  }

  /** Returns the positions that are delivered, without those of files forgotten. */
  public Collection<FilePosition> delivered() {
    return List.copyOf(delivered.values());
  }

  /** Returns the positions from which reading goes on: behind the undelivered batches too. */
  public Map<FileId, FilePosition> readPositions() {
    return new LinkedHashMap<>(read);
  }

  /** Returns the highest timestamp ever given out, or {@link Long#MIN_VALUE}. */
  public long lastTimestampNanos() {
    return lastTimestampNanos;
  }

  /** Returns the id of the next batch and takes it. */
  public long takeId() {
    return nextId++;
  }

  /**
   * Makes a batch durable; returns when it is synced.
   *
   * @throws IOException if it is not; the batch must not be sent, the call can be repeated
   */
  public void append(JournaledBatch batch) throws IOException {
    append(List.of(batch));
  }

  /**
   * Makes batches durable that belong together: after a crash there are all of them or none.
   *
   * @throws IOException if they are not durable; none must be sent, the call can be repeated
   */
  public void append(List<JournaledBatch> group) throws IOException {
    List<Stored> stored = new ArrayList<>(group.size());
    for (int i = 0; i < group.size(); i++) {
      boolean more = i + 1 < group.size();
      JournaledBatch batch = group.get(i);
      long at = length;
      write(more ? new JournalRecord.Part(batch) : new JournalRecord.Batch(batch));
      stored.add(stored(at, batch));
    }
    channel.force(false);
    for (int i = 0; i < group.size(); i++) {
      add(group.get(i), stored.get(i));
    }
    group.forEach(batch -> durable.accept(batch.positions()));
  }

  private Stored stored(long at, JournaledBatch batch) {
    int bytes = (int) (length - at);
    return new Stored(
        at,
        bytes,
        new Summary(
            batch.tenant(), batch.lastTimestampNanos(), batch.entries(), batch.lineBytes(), bytes));
  }

  private void add(JournaledBatch batch, Stored stored) {
    Stored before = undelivered.put(batch.id(), stored);
    undeliveredBytes += stored.length - (before == null ? 0 : before.length);
    apply(batch.positions(), read);
    if (batch.entries() > 0) {
      note = new byte[0];
    }
    lastTimestampNanos = Math.max(lastTimestampNanos, batch.lastTimestampNanos());
  }

  /** Strikes a batch out: it arrived, or it was given up deliberately. */
  public void delivered(JournaledBatch batch) throws IOException {
    strikeOut(batch.id());
    apply(batch.positions(), delivered);
    write(new JournalRecord.Delivered(batch.id()));
    // What is rewritten is never more than what is thrown away.
    if (length - undeliveredBytes > Math.max(COMPACT_ABOVE_BYTES, undeliveredBytes)) {
      compact();
    }
  }

  /** Gives up a batch that cannot be read any more; later ones bring its files further. */
  public void lost(long id) throws IOException {
    strikeOut(id);
    write(new JournalRecord.Delivered(id));
  }

  private void strikeOut(long id) {
    undeliveredBytes -= stored(id).length;
    undelivered.remove(id);
  }

  /** Notes positions that no entry stands for: a skipped remainder, a file that is gone. */
  public void progress(List<FilePosition> positions) throws IOException {
    apply(positions, delivered);
    apply(positions, read);
    write(new JournalRecord.Progress(lastTimestampNanos, positions));
    durable.accept(positions); // what was before them was synced, or dropped on purpose
  }

  /** Notes where files begin to be read that nothing is known of so far. */
  public void sighted(List<FilePosition> positions) throws IOException {
    List<FilePosition> unknown =
        positions.stream().filter(position -> !read.containsKey(position.id())).toList();
    if (!unknown.isEmpty()) {
      progress(unknown);
    }
  }

  /**
   * Keeps what is to be told beside the next batch with entries, in place of what was kept before.
   * That batch has told it once it is appended.
   */
  public void keepNote(byte[] bytes) throws IOException {
    note = bytes.clone();
    write(new JournalRecord.Note(note));
  }

  /** Returns what is to be told beside the next batch with entries; empty for nothing. */
  public byte[] keptNote() {
    return note.clone();
  }

  /** Replaces the file by a snapshot and the undelivered batches, if anything was added. */
  public void compact() throws IOException {
    if (grown) {
      FileChannel old = channel; // stays in use if the rewrite fails
      channel = rewrite(old);
      old.close();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void write(JournalRecord record) throws IOException {
    ByteBuffer bytes = JournalCodec.encode(record);
    long at = length; // a failed write leaves a tail that the next one covers
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    length = at;
    grown = true;
  }

  /**
   * Replaces the file.
   *
   * @param old where the undelivered batches are read from; null if there are none
   */
  private FileChannel rewrite(@Nullable FileChannel old) throws IOException {
    Map<Long, Stored> moved = new LinkedHashMap<>();
    DurableFiles.replace(
        file,
        out -> {
          ByteBuffer header = ByteBuffer.allocate(JournalCodec.HEADER_BYTES);
          DurableFiles.writeAll(
              out, header.put(JournalCodec.MAGIC).putInt(JournalCodec.VERSION).flip());
          DurableFiles.writeAll(
              out,
              JournalCodec.encode(
                  new JournalRecord.Snapshot(
                      nextId, lastTimestampNanos, List.copyOf(delivered.values()))));
          if (old != null) {
            copyUndelivered(old, out, moved);
          }
          if (note.length > 0) {
            DurableFiles.writeAll(out, JournalCodec.encode(new JournalRecord.Note(note)));
          }
        });
    FileChannel opened = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    length = opened.size();
    undelivered.clear();
    undelivered.putAll(moved);
    undeliveredBytes = moved.values().stream().mapToLong(Stored::length).sum();
    grown = false;
    return opened;
  }

  private void copyUndelivered(FileChannel old, FileChannel out, Map<Long, Stored> moved)
      throws IOException {
    for (Map.Entry<Long, Stored> each : undelivered.entrySet()) {
      try {
        JournaledBatch batch = read(old, each.getValue());
        ByteBuffer record = JournalCodec.encode(new JournalRecord.Batch(batch));
        moved.put(
            each.getKey(), new Stored(out.position(), record.remaining(), each.getValue().summary));
        DurableFiles.writeAll(out, record);
      } catch (CorruptJournalException e) {
        log.error("{}; its {} entries are lost", e.getMessage(), each.getValue().summary.entries);
      }
    }
  }

  private void recover(FileChannel in) throws IOException {
    long size = in.size();
    checkHeader(in, size);
    long at = JournalCodec.HEADER_BYTES;
    boolean first = true;
    while (at < size) {
      ByteBuffer header = ByteBuffer.allocate(JournalCodec.RECORD_HEADER_BYTES);
      if (size - at < header.capacity()) {
        reportTornTail(at, size, first);
        break;
      }
      readFully(in, header, at);
      int recordLength = header.getInt(0);
      int checksum = header.getInt(4);
      long payloadAt = at + header.capacity();
      if (recordLength <= 0 || recordLength > size - payloadAt) {
        reportTornTail(at, size, first);
        break;
      }
      ByteBuffer payload = ByteBuffer.allocate(recordLength);
      readFully(in, payload, payloadAt);
      payload.flip();
      CRC32C crc = new CRC32C();
      crc.update(payload.duplicate());
      long end = payloadAt + recordLength;
      if ((int) crc.getValue() == checksum) {
        length = end; // what is stored from here on ends there
        replay(JournalCodec.decode(payload), at, first);
      } else if (end == size) {
        reportTornTail(at, size, first);
        break;
      } else {
        reportDamage(at, recordLength, first);
      }
      first = false;
      at = end;
    }
    replayed.clear();
    parts.clear();
    if (first) {
      throw new CorruptJournalException("journal " + file + " has no snapshot");
    }
  }

  private void checkHeader(FileChannel from, long size) throws IOException {
    byte[] magic = new byte[JournalCodec.MAGIC.length];
    ByteBuffer in = ByteBuffer.allocate(JournalCodec.HEADER_BYTES);
    if (size >= in.capacity()) {
      readFully(from, in, 0);
      in.flip();
      in.get(magic);
    }
    if (!Arrays.equals(magic, JournalCodec.MAGIC)) {
      throw new CorruptJournalException(
          "journal " + file + " does not begin with SKALDJNL (" + size + " bytes)");
    }
    int version = in.getInt();
    if (version != JournalCodec.VERSION) {
      throw new CorruptJournalException(
          "journal " + file + " has version " + version + ", this program knows version 1");
    }
  }

  private void replay(JournalRecord record, long at, boolean first) throws CorruptJournalException {
    if (first != record instanceof JournalRecord.Snapshot) {
      throw new CorruptJournalException("journal " + file + " does not begin with its snapshot");
    }
    switch (record) {
      case JournalRecord.Snapshot snapshot -> {
        nextId = snapshot.nextId();
        lastTimestampNanos = snapshot.lastTimestampNanos();
        apply(snapshot.positions(), delivered);
        apply(snapshot.positions(), read);
      }
      case JournalRecord.Part(JournaledBatch batch) -> {
        parts.add(new Part(batch, stored(at, batch)));
        nextId = Math.max(nextId, batch.id() + 1);
      }
      case JournalRecord.Batch(JournaledBatch batch) -> {
        for (Part part : parts) {
          replayBatch(part.batch, part.stored);
        }
        parts.clear();
        replayBatch(batch, stored(at, batch));
        nextId = Math.max(nextId, batch.id() + 1);
      }
      case JournalRecord.Delivered(long id) -> {
        List<FilePosition> positions = replayed.remove(id);
        if (positions != null) { // null only where its record was damaged
          apply(positions, delivered);
          strikeOut(id);
        }
      }
      case JournalRecord.Note(byte[] bytes) -> note = bytes;
      case JournalRecord.Progress progress -> {
        lastTimestampNanos = Math.max(lastTimestampNanos, progress.lastTimestampNanos());
        apply(progress.positions(), delivered);
        apply(progress.positions(), read);
      }
    }
  }

  private void replayBatch(JournaledBatch batch, Stored stored) {
    add(batch, stored);
    replayed.put(batch.id(), batch.positions());
  }

  private void reportTornTail(long at, long end, boolean first) throws CorruptJournalException {
    if (first) {
      throw new CorruptJournalException("journal " + file + " is cut off in its snapshot");
    }
    log.info(
        "journal {}: {} bytes at offset {} were being written when the agent ended; not needed",
        file,
        end - at,
        at);
  }

  private void reportDamage(long at, int recordLength, boolean first)
      throws CorruptJournalException {
    if (first) {
      throw new CorruptJournalException("journal " + file + " has a damaged snapshot");
    }
    log.error(
        "journal {}: the record of {} bytes at offset {} is damaged and skipped; lines of one batch"
            + " may be sent twice",
        file,
        recordLength,
        at);
  }

  private static void apply(List<FilePosition> updates, Map<FileId, FilePosition> positions) {
    for (FilePosition update : updates) {
      if (update.isForgotten()) {
        positions.remove(update.id());
      } else {
        positions.put(update.id(), update);
      }
    }
  }
}

package io.skald.agent.position;

import io.skald.agent.position.JournalCodec.JournalRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
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
 * <p>The file begins with a snapshot and grows by records; {@link #compact} replaces it by a new
 * snapshot with what is not delivered. The format is in {@link JournalCodec}.
 */
public final class DeliveryJournal implements AutoCloseable {
  /** Beyond this a journal is worth a rewrite, which costs two syncs. */
  private static final long COMPACT_ABOVE_BYTES = 8 << 20;

  private static final Logger log = LoggerFactory.getLogger(DeliveryJournal.class);

  private final Path file;
  private final Map<FileId, FilePosition> delivered = new LinkedHashMap<>();
  private final Map<Long, JournaledBatch> undelivered = new LinkedHashMap<>();

  /** Batches of a group whose last one was not met yet; only while the file is read. */
  private final List<JournaledBatch> parts = new ArrayList<>();

  private long nextId = 1;
  private long lastTimestampNanos = Long.MIN_VALUE;
  private FileChannel channel;
  private long length;
  private boolean grown;
  private Consumer<List<FilePosition>> durable = _ -> {};

  private DeliveryJournal(Path file) throws IOException {
    this.file = file;
    if (Files.exists(file)) {
      recover(Files.readAllBytes(file));
    }
    this.channel = rewrite();
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

  /** Returns the batches whose delivery has not ended, in the order to send them. */
  public List<JournaledBatch> undelivered() {
    return List.copyOf(undelivered.values());
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
    Map<FileId, FilePosition> positions = new LinkedHashMap<>(delivered);
    undelivered.values().forEach(batch -> apply(batch.positions(), positions));
    return positions;
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
    for (int i = 0; i < group.size(); i++) {
      boolean more = i + 1 < group.size();
      write(more ? new JournalRecord.Part(group.get(i)) : new JournalRecord.Batch(group.get(i)));
    }
    channel.force(false);
    for (JournaledBatch batch : group) {
      undelivered.put(batch.id(), batch);
      lastTimestampNanos = Math.max(lastTimestampNanos, batch.lastTimestampNanos());
    }
    group.forEach(batch -> durable.accept(batch.positions()));
  }

  /** Strikes a batch out: it arrived, or it was given up deliberately. */
  public void delivered(long id) throws IOException {
    JournaledBatch batch = undelivered.remove(id);
    if (batch == null) {
      throw new IllegalArgumentException("no such undelivered batch: " + id);
    }
    apply(batch.positions(), delivered);
    write(new JournalRecord.Delivered(id));
    if (length > COMPACT_ABOVE_BYTES) {
      compact();
    }
  }

  /** Notes positions that no entry stands for: a skipped remainder, a file that is gone. */
  public void progress(List<FilePosition> positions) throws IOException {
    apply(positions, delivered);
    write(new JournalRecord.Progress(lastTimestampNanos, positions));
    durable.accept(positions); // what was before them was synced, or dropped on purpose
  }

  /** Notes where files begin to be read that nothing is known of so far. */
  public void sighted(List<FilePosition> positions) throws IOException {
    Map<FileId, FilePosition> known = readPositions();
    List<FilePosition> unknown =
        positions.stream().filter(position -> !known.containsKey(position.id())).toList();
    if (!unknown.isEmpty()) {
      progress(unknown);
    }
  }

  /** Replaces the file by a snapshot and the undelivered batches, if anything was added. */
  public void compact() throws IOException {
    if (grown) {
      FileChannel old = channel; // stays in use if the rewrite fails
      channel = rewrite();
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

  private FileChannel rewrite() throws IOException {
    List<ByteBuffer> records = new ArrayList<>();
    records.add(ByteBuffer.allocate(JournalCodec.HEADER_BYTES));
    records.getFirst().put(JournalCodec.MAGIC).putInt(JournalCodec.VERSION).flip();
    records.add(
        JournalCodec.encode(
            new JournalRecord.Snapshot(
                nextId, lastTimestampNanos, List.copyOf(delivered.values()))));
    undelivered.values().forEach(b -> records.add(JournalCodec.encode(new JournalRecord.Batch(b))));
    ByteBuffer all = ByteBuffer.allocate(records.stream().mapToInt(ByteBuffer::remaining).sum());
    records.forEach(all::put);
    long newLength = all.flip().remaining();
    DurableFiles.replace(file, all);
    FileChannel opened = FileChannel.open(file, StandardOpenOption.WRITE);
    length = newLength;
    grown = false;
    return opened;
  }

  private void recover(byte[] bytes) throws CorruptJournalException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    checkHeader(in);
    boolean first = true;
    while (in.hasRemaining()) {
      int at = in.position();
      if (in.remaining() < JournalCodec.RECORD_HEADER_BYTES) {
        reportTornTail(at, bytes.length, first);
        return;
      }
      int recordLength = in.getInt();
      int checksum = in.getInt();
      if (recordLength <= 0 || recordLength > in.remaining()) {
        reportTornTail(at, bytes.length, first);
        return;
      }
      ByteBuffer payload = in.slice(in.position(), recordLength);
      in.position(in.position() + recordLength);
      CRC32C crc = new CRC32C();
      crc.update(payload.duplicate());
      if ((int) crc.getValue() == checksum) {
        replay(JournalCodec.decode(payload), first);
      } else if (!in.hasRemaining()) {
        reportTornTail(at, bytes.length, first);
      } else {
        reportDamage(at, recordLength, first);
      }
      first = false;
    }
    if (first) {
      throw new CorruptJournalException("journal " + file + " has no snapshot");
    }
  }

  private void checkHeader(ByteBuffer in) throws CorruptJournalException {
    byte[] magic = new byte[JournalCodec.MAGIC.length];
    if (in.remaining() >= JournalCodec.HEADER_BYTES) {
      in.get(magic);
    }
    if (!Arrays.equals(magic, JournalCodec.MAGIC)) {
      throw new CorruptJournalException(
          "journal " + file + " does not begin with SKALDJNL (" + in.capacity() + " bytes)");
    }
    int version = in.getInt();
    if (version != JournalCodec.VERSION) {
      throw new CorruptJournalException(
          "journal " + file + " has version " + version + ", this program knows version 1");
    }
  }

  private void replay(JournalRecord record, boolean first) throws CorruptJournalException {
    if (first != record instanceof JournalRecord.Snapshot) {
      throw new CorruptJournalException("journal " + file + " does not begin with its snapshot");
    }
    switch (record) {
      case JournalRecord.Snapshot snapshot -> {
        nextId = snapshot.nextId();
        lastTimestampNanos = snapshot.lastTimestampNanos();
        apply(snapshot.positions(), delivered);
      }
      case JournalRecord.Part(JournaledBatch batch) -> {
        parts.add(batch);
        nextId = Math.max(nextId, batch.id() + 1);
      }
      case JournalRecord.Batch(JournaledBatch batch) -> {
        for (JournaledBatch part : parts) {
          undelivered.put(part.id(), part);
        }
        parts.clear();
        undelivered.put(batch.id(), batch);
        nextId = Math.max(nextId, batch.id() + 1);
        lastTimestampNanos = Math.max(lastTimestampNanos, batch.lastTimestampNanos());
      }
      case JournalRecord.Delivered(long id) -> {
        JournaledBatch batch = undelivered.remove(id);
        if (batch != null) { // null only where its record was damaged
          apply(batch.positions(), delivered);
        }
      }
      case JournalRecord.Progress progress -> {
        lastTimestampNanos = Math.max(lastTimestampNanos, progress.lastTimestampNanos());
        apply(progress.positions(), delivered);
      }
    }
  }

  private void reportTornTail(int at, int end, boolean first) throws CorruptJournalException {
    if (first) {
      throw new CorruptJournalException("journal " + file + " is cut off in its snapshot");
    }
    log.info(
        "journal {}: {} bytes at offset {} were being written when the agent ended; not needed",
        file,
        end - at,
        at);
  }

  private void reportDamage(int at, int recordLength, boolean first)
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

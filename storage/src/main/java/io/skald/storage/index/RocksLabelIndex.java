package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The label index of one process, in RocksDB.
 *
 * <p>What other machines will read later (streams, postings, chunks) is in the default column
 * family, in keys that start with version, tenant and day: a day of a tenant is one range of keys.
 * What only this process needs (WAL positions) is in a family of its own. See {@link IndexKeys} and
 * {@link IndexValues} for the bytes.
 */
public final class RocksLabelIndex implements LabelIndex {
  /** Bounds the memory and the file of one step. */
  private static final int MAX_MOVED_KEYS = 200_000;

  private static final Logger log = LoggerFactory.getLogger(RocksLabelIndex.class);

  private final Path directory;

  /** Held for reading by every call: native memory must not go away under one. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  // Guarded by open.
  private @Nullable RocksFiles files; // null if they could not be opened again
  private boolean closed;

  /**
   * Whether a write failed. RocksDB takes none after that until it is opened anew, which writes
   * what its log holds to files of their own: what was not synced is not built upon.
   */
  private volatile boolean failed;

  private final IndexSearch search = new IndexSearch(this::eachDay);

  /**
   * Opens the index, creating it when there is none. One process at a time can have it open.
   *
   * @throws StorageException if it cannot be opened
   */
  public RocksLabelIndex(Path directory) {
    this.directory = directory;
    this.files = RocksFiles.open(directory);
  }

  @Override
  public void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough) {
    write((opened, batch) -> {
      for (IndexedChunk chunk : chunks) {
        put(opened.database(), batch, tenant, chunk);
      }
      putPositions(opened, batch, tenant, flushedThrough);
    });
  }

  /** As {@link #commit}, with files that hold the chunks instead of the chunks themselves. */
  void commitFiles(
      TenantId tenant, Map<IndexFileName, byte[]> toShip, Map<Fingerprint, Long> flushedThrough) {
    write((opened, batch) -> {
      for (Map.Entry<IndexFileName, byte[]> file : toShip.entrySet()) {
        batch.put(opened.outbox(), outboxKey(file.getKey()), file.getValue());
      }
      putPositions(opened, batch, tenant, flushedThrough);
    });
  }

  /** What is put into a batch, which is then written as a whole. */
  private interface Change {
    void addTo(RocksFiles opened, WriteBatch batch) throws RocksDBException;
  }

  private void write(Change change) {
    write(true, change);
  }

  private void write(boolean synced, Change change) {
    reopenIfFailed();
    whileOpen(opened -> {
      try (WriteBatch batch = new WriteBatch();
          WriteOptions options = new WriteOptions().setSync(synced)) {
        change.addTo(opened, batch);
        opened.database().write(options, batch);
      } catch (RocksDBException e) {
        failed = true;
        throw new StorageException(
            "cannot write the label index in "
                + directory
                + ": "
                + e.getMessage()
                + "; check that disk, it is tried again",
            e);
      }
      return true;
    });
  }

  private void reopenIfFailed() {
    if (!failed) {
      return;
    }
    open.writeLock().lock();
    try {
      if (failed && !closed) {
        closeFiles();
        reopen();
        failed = false;
        log.info("the label index in {} is open again after a failed write", directory);
      }
    } finally {
      open.writeLock().unlock();
    }
  }

  /** Opens the files anew, or if that fails for reading only, so that reads go on. */
  private void reopen() {
    try {
      files = RocksFiles.open(directory);
    } catch (StorageException e) {
      try {
        files = RocksFiles.openReadOnly(directory);
      } catch (StorageException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void closeFiles() {
    RocksFiles opened = files;
    files = null;
    if (opened != null) {
      opened.close();
    }
  }

  private static void putPositions(
      RocksFiles opened, WriteBatch batch, TenantId tenant, Map<Fingerprint, Long> flushedThrough)
      throws RocksDBException {
    byte[] localPrefix = IndexKeys.local(tenant);
    for (Map.Entry<Fingerprint, Long> entry : flushedThrough.entrySet()) {
      batch.put(
          opened.local(),
          IndexKeys.withFingerprint(localPrefix, entry.getKey()),
          IndexValues.position(entry.getValue()));
    }
  }

  private static byte[] outboxKey(IndexFileName name) {
    return name.key().getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the names of the files that are still to be shipped, oldest first in each day. */
  List<IndexFileName> toShip() {
    return whileOpen(opened -> {
      List<IndexFileName> names = new ArrayList<>();
      try (RocksIterator iterator = opened.database().newIterator(opened.outbox())) {
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          IndexFileName.parse(new String(iterator.key(), StandardCharsets.US_ASCII))
              .ifPresent(names::add);
        }
        IndexSnapshot.check(iterator);
      }
      return names;
    });
  }

  /** Returns the bytes of a file that is still to be shipped, or null if it is none. */
  byte @Nullable [] toShip(IndexFileName name) {
    return whileOpen(
            opened -> {
              try {
                return Optional.ofNullable(opened.database().get(opened.outbox(), outboxKey(name)));
              } catch (RocksDBException e) {
                throw IndexSnapshot.unreadable(e);
              }
            })
        .orElse(null);
  }

  /** Forgets a file that has been shipped; not synced: shipping it again changes nothing. */
  void shipped(IndexFileName name) {
    write(false, (opened, batch) -> batch.delete(opened.outbox(), outboxKey(name)));
  }

  /**
   * Turns what {@link #commit} wrote, as versions before did that shipped nothing, into files to be
   * shipped. A crash on the way leaves both; the next call makes the same files again, and equal
   * chunks of several files count once.
   *
   * @param toFile makes a file of the keys of a tenant and day, and puts it into the outbox
   */
  void moveToFiles(KeysToFile toFile) {
    while (true) {
      TreeMap<byte[], byte[]> keys = new TreeMap<>(Arrays::compareUnsigned);
      whileOpen(opened -> {
        try (RocksIterator iterator = opened.database().newIterator()) {
          byte @Nullable [] prefix = null;
          for (iterator.seekToFirst();
              iterator.isValid() && keys.size() < MAX_MOVED_KEYS;
              iterator.next()) {
            byte[] key = iterator.key();
            if (prefix == null) {
              prefix = IndexKeys.dayAndTenant(key);
            } else if (!IndexKeys.startsWith(key, prefix)) {
              break;
            }
            keys.put(key, iterator.value());
          }
          IndexSnapshot.check(iterator);
        }
        return true;
      });
      if (keys.isEmpty()) {
        return;
      }
      toFile.write(IndexKeys.readTenant(keys.firstKey()), IndexKeys.readDay(keys.firstKey()), keys);
      write((_, batch) -> {
        for (byte[] key : keys.keySet()) {
          batch.delete(key);
        }
      });
    }
  }

  /** Gets the keys of one tenant and day. */
  interface KeysToFile {
    void write(TenantId tenant, int day, SortedMap<byte[], byte[]> keys);
  }

  private static void put(RocksDB database, WriteBatch batch, TenantId tenant, IndexedChunk chunk)
      throws RocksDBException {
    for (int day : IndexKeys.days(chunk.chunk())) {
      byte[] dayPrefix = IndexKeys.day(day, tenant);
      // The series is written together with its postings, so one that is known has them.
      boolean known = database.get(IndexKeys.series(dayPrefix, chunk.fingerprint())) != null;
      Map<byte[], byte[]> keys = new LinkedHashMap<>();
      if (!known) {
        IndexEntries.addSeries(dayPrefix, chunk.labels(), chunk.fingerprint(), keys::put);
      }
      IndexEntries.addChunk(dayPrefix, chunk.fingerprint(), chunk.chunk(), keys::put);
      for (Map.Entry<byte[], byte[]> entry : keys.entrySet()) {
        batch.put(entry.getKey(), entry.getValue());
      }
    }
  }

  @Override
  public OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint) {
    return whileOpen(opened -> {
      try {
        byte[] value =
            opened
                .database()
                .get(
                    opened.local(),
                    IndexKeys.withFingerprint(IndexKeys.local(tenant), fingerprint));
        return value == null
            ? OptionalLong.empty()
            : OptionalLong.of(IndexValues.readPosition(value));
      } catch (RocksDBException e) {
        throw IndexSnapshot.unreadable(e);
      }
    });
  }

  @Override
  public void eachFlushed(Consumer<FlushedStream> visitor) {
    whileOpen(opened -> {
      try (RocksIterator iterator = opened.database().newIterator(opened.local())) {
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          visitor.accept(
              IndexKeys.readLocal(iterator.key(), IndexValues.readPosition(iterator.value())));
        }
        IndexSnapshot.check(iterator);
      }
      return true;
    });
  }

  @Override
  public void forgetFlushedBefore(long position) {
    write(
        false,
        (opened, batch) -> {
          try (RocksIterator iterator = opened.database().newIterator(opened.local())) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
              if (IndexValues.readPosition(iterator.value()) < position) {
                batch.delete(opened.local(), iterator.key());
              }
            }
            IndexSnapshot.check(iterator);
          }
        });
  }

  @Override
  public List<IndexedStream> select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    return search.select(tenant, matchers, shard, fromNanos, throughNanos);
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return search.series(tenant, matchers, fromNanos, throughNanos);
  }

  @Override
  public SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return search.labelNames(tenant, matchers, fromNanos, throughNanos);
  }

  @Override
  public SortedSet<String> labelValues(
      TenantId tenant,
      String name,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    return search.labelValues(tenant, name, matchers, fromNanos, throughNanos);
  }

  private void eachDay(
      TenantId tenant, long fromNanos, long throughNanos, IndexSearch.Visitor visitor) {
    int lastDay = IndexKeys.dayOf(throughNanos);
    whileOpen(opened -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(opened.database());
          KeyCursor cursor = snapshot.cursor()) {
        // Days without data cost nothing: the next key tells the next day there is.
        cursor.seek(IndexKeys.day(IndexKeys.dayOf(fromNanos)));
        while (cursor.isValid()) {
          int day = IndexKeys.readDay(cursor.key());
          if (day > lastDay) {
            break;
          }
          visit(snapshot, tenant, day, fromNanos, throughNanos, visitor);
          cursor.seek(IndexKeys.day(day + 1));
        }
        cursor.check();
        visit(snapshot, tenant, IndexKeys.WIDE_DAY, fromNanos, throughNanos, visitor);
      }
      return true;
    });
  }

  private static void visit(
      IndexSnapshot snapshot,
      TenantId tenant,
      int day,
      long fromNanos,
      long throughNanos,
      IndexSearch.Visitor visitor) {
    try (DayReader reader = new DayReader(snapshot, tenant, day, fromNanos, throughNanos)) {
      visitor.visit(reader);
    }
  }

  /**
   * Hands over every key and value that is not in files: those of versions that shipped nothing.
   *
   * @throws StorageException at the first that cannot be read
   */
  void scan(IndexScan scan) {
    whileOpen(opened -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(opened.database());
          KeyCursor cursor = snapshot.cursor()) {
        for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
          scan.add(cursor.key(), cursor.value());
        }
        cursor.check();
      }
      return true;
    });
  }

  /** Returns what the index holds. */
  public IndexStatistics statistics() {
    return whileOpen(opened -> {
      RocksDB database = opened.database();
      try {
        return new IndexStatistics(
            database.getAggregatedLongProperty("rocksdb.estimate-num-keys"),
            database.getAggregatedLongProperty("rocksdb.total-sst-files-size"),
            database.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"),
            database.getLongProperty("rocksdb.block-cache-usage"), // shared by both families
            database.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes"),
            database.getLongProperty("rocksdb.background-errors") + (failed ? 1 : 0));
      } catch (RocksDBException e) {
        throw IndexSnapshot.unreadable(e);
      }
    });
  }

  private <T> T whileOpen(Function<RocksFiles, T> call) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new StorageException("the label index in " + directory + " is closed");
      }
      RocksFiles opened = files;
      if (opened == null) {
        throw new StorageException(
            "the label index in "
                + directory
                + " could not be opened again after a failed write; check that disk");
      }
      return call.apply(opened);
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        closeFiles();
      }
    } finally {
      open.writeLock().unlock();
    }
  }
}

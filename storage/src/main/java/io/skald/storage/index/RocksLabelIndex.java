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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

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

  private final Path directory;
  private final RocksFiles files;
  private final RocksDB database;
  private final ColumnFamilyHandle local;
  private final ColumnFamilyHandle outbox;

  /** Held for reading by every call: native memory must not go away under one. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  private final IndexSearch search = new IndexSearch(this::eachDay);

  /**
   * Opens the index, creating it when there is none. One process at a time can have it open.
   *
   * @throws StorageException if it cannot be opened
   */
  public RocksLabelIndex(Path directory) {
    this.directory = directory;
    this.files = new RocksFiles(directory);
    this.database = files.database();
    this.local = files.local();
    this.outbox = files.outbox();
  }

  @Override
  public void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough) {
    write(batch -> {
      for (IndexedChunk chunk : chunks) {
        put(batch, tenant, chunk);
      }
      putPositions(batch, tenant, flushedThrough);
    });
  }

  /** As {@link #commit}, with files that hold the chunks instead of the chunks themselves. */
  void commitFiles(
      TenantId tenant, Map<IndexFileName, byte[]> toShip, Map<Fingerprint, Long> flushedThrough) {
    write(batch -> {
      for (Map.Entry<IndexFileName, byte[]> file : toShip.entrySet()) {
        batch.put(outbox, outboxKey(file.getKey()), file.getValue());
      }
      putPositions(batch, tenant, flushedThrough);
    });
  }

  /** What is put into a batch, which is then written and synced as a whole. */
  private interface Change {
    void addTo(WriteBatch batch) throws RocksDBException;
  }

  private void write(Change change) {
    whileOpen(() -> {
      try (WriteBatch batch = new WriteBatch();
          WriteOptions synced = new WriteOptions().setSync(true)) {
        change.addTo(batch);
        database.write(synced, batch);
      } catch (RocksDBException e) {
        throw new StorageException(
            "cannot write the label index in " + directory + ": " + e.getMessage(), e);
      }
      return true;
    });
  }

  private void putPositions(
      WriteBatch batch, TenantId tenant, Map<Fingerprint, Long> flushedThrough)
      throws RocksDBException {
    byte[] localPrefix = IndexKeys.local(tenant);
    for (Map.Entry<Fingerprint, Long> entry : flushedThrough.entrySet()) {
      batch.put(
          local,
          IndexKeys.withFingerprint(localPrefix, entry.getKey()),
          IndexValues.position(entry.getValue()));
    }
  }

  private static byte[] outboxKey(IndexFileName name) {
    return name.key().getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the names of the files that are still to be shipped, oldest first in each day. */
  List<IndexFileName> toShip() {
    return whileOpen(() -> {
      List<IndexFileName> names = new ArrayList<>();
      try (RocksIterator iterator = database.newIterator(outbox)) {
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
            () -> {
              try {
                return Optional.ofNullable(database.get(outbox, outboxKey(name)));
              } catch (RocksDBException e) {
                throw IndexSnapshot.unreadable(e);
              }
            })
        .orElse(null);
  }

  /** Forgets a file that has been shipped; not synced: shipping it again changes nothing. */
  void shipped(IndexFileName name) {
    whileOpen(() -> {
      try {
        database.delete(outbox, outboxKey(name));
      } catch (RocksDBException e) {
        throw new StorageException(
            "cannot write the label index in " + directory + ": " + e.getMessage(), e);
      }
      return true;
    });
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
      whileOpen(() -> {
        try (RocksIterator iterator = database.newIterator()) {
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
      write(batch -> {
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

  private void put(WriteBatch batch, TenantId tenant, IndexedChunk chunk) throws RocksDBException {
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
    return whileOpen(() -> {
      try {
        byte[] value =
            database.get(local, IndexKeys.withFingerprint(IndexKeys.local(tenant), fingerprint));
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
    whileOpen(() -> {
      try (RocksIterator iterator = database.newIterator(local)) {
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
    whileOpen(() -> {
      try (RocksIterator iterator = database.newIterator(local);
          WriteBatch batch = new WriteBatch();
          WriteOptions unsynced = new WriteOptions()) {
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          if (IndexValues.readPosition(iterator.value()) < position) {
            batch.delete(local, iterator.key());
          }
        }
        IndexSnapshot.check(iterator);
        database.write(unsynced, batch);
      } catch (RocksDBException e) {
        throw new StorageException(
            "cannot write the label index in " + directory + ": " + e.getMessage(), e);
      }
      return true;
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
    whileOpen(() -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(database);
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
    whileOpen(() -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(database);
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
    return whileOpen(() -> {
      try {
        return new IndexStatistics(
            database.getAggregatedLongProperty("rocksdb.estimate-num-keys"),
            database.getAggregatedLongProperty("rocksdb.total-sst-files-size"),
            database.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"),
            database.getLongProperty("rocksdb.block-cache-usage"), // shared by both families
            database.getAggregatedLongProperty("rocksdb.estimate-pending-compaction-bytes"),
            database.getLongProperty("rocksdb.background-errors"));
      } catch (RocksDBException e) {
        throw IndexSnapshot.unreadable(e);
      }
    });
  }

  private <T> T whileOpen(Supplier<T> call) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new StorageException("the label index in " + directory + " is closed");
      }
      return call.get();
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
        files.close();
      }
    } finally {
      open.writeLock().unlock();
    }
  }
}

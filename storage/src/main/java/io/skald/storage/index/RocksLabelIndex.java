package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  /** Pack keys sort by time, and a pack holds its chunks in the order in which they were cut. */
  private static final Comparator<ChunkRef> FLUSHED =
      Comparator.comparing(ChunkRef::packKey).thenComparingLong(ChunkRef::offset);

  private final Path directory;
  private final RocksFiles files;
  private final RocksDB database;
  private final ColumnFamilyHandle local;

  /** Held for reading by every call: native memory must not go away under one. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  /** The chunks of a stream: those of several days are found in each. */
  private record Found(Labels labels, SortedSet<ChunkRef> chunks) {}

  private interface DayVisitor {
    void visit(IndexSnapshot snapshot, DayReader day);
  }

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
  }

  @Override
  public void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough) {
    whileOpen(() -> {
      byte[] localPrefix = IndexKeys.local(tenant);
      try (WriteBatch batch = new WriteBatch();
          WriteOptions synced = new WriteOptions().setSync(true)) {
        for (IndexedChunk chunk : chunks) {
          put(batch, tenant, chunk);
        }
        for (Map.Entry<Fingerprint, Long> entry : flushedThrough.entrySet()) {
          batch.put(
              local,
              IndexKeys.withFingerprint(localPrefix, entry.getKey()),
              IndexValues.position(entry.getValue()));
        }
        database.write(synced, batch);
      } catch (RocksDBException e) {
        throw new StorageException(
            "cannot write the label index in " + directory + ": " + e.getMessage(), e);
      }
      return true;
    });
  }

  /** Puts the chunk into every day that it touches, or where those of very many days are. */
  private void put(WriteBatch batch, TenantId tenant, IndexedChunk chunk) throws RocksDBException {
    int firstDay = IndexKeys.dayOf(chunk.chunk().minTimestamp());
    int lastDay = IndexKeys.dayOf(chunk.chunk().maxTimestamp());
    if (lastDay - firstDay >= IndexKeys.MAX_DAYS) {
      put(batch, IndexKeys.day(IndexKeys.WIDE_DAY, tenant), chunk);
      return;
    }
    for (int day = firstDay; day <= lastDay; day++) {
      put(batch, IndexKeys.day(day, tenant), chunk);
    }
  }

  private void put(WriteBatch batch, byte[] dayPrefix, IndexedChunk chunk) throws RocksDBException {
    ChunkRef ref = chunk.chunk();
    putSeries(batch, dayPrefix, chunk);
    byte[] stream =
        IndexKeys.withFingerprint(IndexKeys.kind(dayPrefix, IndexKeys.CHUNK), chunk.fingerprint());
    batch.put(
        IndexKeys.chunk(stream, ref.maxTimestamp(), ref.minTimestamp(), ref.chunkId()),
        IndexValues.chunk(ref));
  }

  private void putSeries(WriteBatch batch, byte[] dayPrefix, IndexedChunk chunk)
      throws RocksDBException {
    byte[] seriesKey =
        IndexKeys.withFingerprint(IndexKeys.kind(dayPrefix, IndexKeys.SERIES), chunk.fingerprint());
    if (database.get(seriesKey) != null) {
      return; // written together with its postings by an earlier commit
    }
    batch.put(seriesKey, IndexValues.series(chunk.labels()));
    byte[] postings = IndexKeys.kind(dayPrefix, IndexKeys.POSTING);
    for (int i = 0; i < chunk.labels().size(); i++) {
      byte[] posting =
          IndexKeys.value(
              IndexKeys.name(postings, chunk.labels().name(i)), chunk.labels().value(i));
      batch.put(IndexKeys.withFingerprint(posting, chunk.fingerprint()), new byte[0]);
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
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    TreeMap<Fingerprint, Found> streams = new TreeMap<>();
    eachDay(
        tenant,
        fromNanos,
        throughNanos,
        (snapshot, day) -> {
          try (RocksIterator iterator = snapshot.iterator()) {
            day.eachMatching(
                matchers,
                (fingerprint, labels) -> {
                  List<ChunkRef> chunks = new ArrayList<>();
                  day.addChunks(iterator, fingerprint, chunks);
                  if (!chunks.isEmpty()) {
                    streams
                        .computeIfAbsent(
                            fingerprint, _ -> new Found(labels, new TreeSet<>(FLUSHED)))
                        .chunks()
                        .addAll(chunks);
                  }
                });
          }
        });
    List<IndexedStream> result = new ArrayList<>(streams.size());
    streams.forEach((fingerprint, found) ->
        result.add(new IndexedStream(fingerprint, found.labels(), List.copyOf(found.chunks()))));
    return result;
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> found = new HashSet<>();
    eachLive(tenant, matchers, fromNanos, throughNanos, found::add);
    return found;
  }

  @Override
  public SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    SortedSet<String> names = new TreeSet<>();
    if (matchers.isEmpty()) {
      eachDay(tenant, fromNanos, throughNanos, (_, day) -> day.addNames(names));
    } else {
      eachLive(
          tenant,
          matchers,
          fromNanos,
          throughNanos,
          labels -> names.addAll(labels.toMap().keySet()));
    }
    return names;
  }

  @Override
  public SortedSet<String> labelValues(
      TenantId tenant,
      String name,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    SortedSet<String> values = new TreeSet<>();
    if (matchers.isEmpty()) {
      eachDay(tenant, fromNanos, throughNanos, (_, day) -> day.addValues(name, values));
    } else {
      eachLive(
          tenant,
          matchers,
          fromNanos,
          throughNanos,
          labels -> {
            String value = labels.get(name);
            if (value != null) {
              values.add(value);
            }
          });
    }
    return values;
  }

  private void eachLive(
      TenantId tenant,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos,
      Consumer<Labels> visitor) {
    Set<Fingerprint> seen = new HashSet<>();
    eachDay(
        tenant,
        fromNanos,
        throughNanos,
        (_, day) ->
            day.eachMatching(
                matchers,
                (fingerprint, labels) -> {
                  if (!seen.contains(fingerprint) && day.isLive(fingerprint)) {
                    seen.add(fingerprint);
                    visitor.accept(labels);
                  }
                }));
  }

  /** Visits the days of the range that exist, oldest first, then the wide chunks. */
  private void eachDay(TenantId tenant, long fromNanos, long throughNanos, DayVisitor visitor) {
    if (fromNanos > throughNanos) {
      return;
    }
    int lastDay = IndexKeys.dayOf(throughNanos);
    whileOpen(() -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(database);
          RocksIterator iterator = snapshot.iterator()) {
        // Days without data cost nothing: the next key tells the next day there is.
        iterator.seek(IndexKeys.day(IndexKeys.dayOf(fromNanos)));
        while (iterator.isValid()) {
          int day = IndexKeys.readDay(iterator.key());
          if (day > lastDay) {
            break;
          }
          visitor.visit(snapshot, new DayReader(snapshot, tenant, day, fromNanos, throughNanos));
          iterator.seek(IndexKeys.day(day + 1));
        }
        IndexSnapshot.check(iterator);
        visitor.visit(
            snapshot, new DayReader(snapshot, tenant, IndexKeys.WIDE_DAY, fromNanos, throughNanos));
      }
      return true;
    });
  }

  /**
   * Reads every key and value and hands over every chunk, once for each day that it is listed in.
   *
   * @return what else was there
   * @throws StorageException at the first key or value that cannot be read
   */
  public IndexContents scan(IndexContents.Visitor visitor) {
    return whileOpen(() -> {
      try (IndexSnapshot snapshot = new IndexSnapshot(database);
          RocksIterator iterator = snapshot.iterator()) {
        IndexScan scan = new IndexScan(visitor);
        for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
          scan.add(iterator.key(), iterator.value());
        }
        IndexSnapshot.check(iterator);
        return scan.contents();
      }
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

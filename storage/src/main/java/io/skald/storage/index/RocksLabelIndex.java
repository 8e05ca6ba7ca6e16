package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.pack.ChunkRef;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * <p>What other machines will read later (streams, postings, chunks) is in the default column family,
 * in keys that start with version, tenant and day: a day of a tenant is one range of keys. What only
 * this process needs (WAL positions) is in a family of its own. See {@link IndexKeys} and {@link
 * IndexValues} for the bytes.
 */
public final class RocksLabelIndex implements LabelIndex, AutoCloseable {
  private final Path directory;
  private final RocksFiles files;
  private final RocksDB database;
  private final ColumnFamilyHandle local;

  /** Held for reading by every call: native memory must not go away under one. */
  private final ReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

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
    whileOpen(
        () -> {
          byte[] tenantPrefix = IndexKeys.tenant(tenant);
          try (WriteBatch batch = new WriteBatch();
              WriteOptions synced = new WriteOptions().setSync(true)) {
            for (IndexedChunk chunk : chunks) {
              put(batch, tenantPrefix, chunk);
            }
            for (Map.Entry<Fingerprint, Long> entry : flushedThrough.entrySet()) {
              batch.put(
                  local,
                  IndexKeys.withFingerprint(tenantPrefix, entry.getKey()),
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

  /** Puts the chunk into every day that it touches. */
  private void put(WriteBatch batch, byte[] tenantPrefix, IndexedChunk chunk)
      throws RocksDBException {
    ChunkRef ref = chunk.ref();
    int lastDay = IndexKeys.dayOf(ref.maxTimestamp());
    for (int day = IndexKeys.dayOf(ref.minTimestamp()); day <= lastDay; day++) {
      byte[] dayPrefix = IndexKeys.day(tenantPrefix, day);
      putSeries(batch, dayPrefix, chunk);
      byte[] stream =
          IndexKeys.withFingerprint(
              IndexKeys.kind(dayPrefix, IndexKeys.CHUNK), chunk.fingerprint());
      batch.put(
          IndexKeys.chunk(stream, ref.maxTimestamp(), ref.minTimestamp(), ref.chunkId()),
          IndexValues.chunk(ref));
    }
  }

  private void putSeries(WriteBatch batch, byte[] dayPrefix, IndexedChunk chunk)
      throws RocksDBException {
    byte[] seriesKey =
        IndexKeys.withFingerprint(
            IndexKeys.kind(dayPrefix, IndexKeys.SERIES), chunk.fingerprint());
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
    return whileOpen(
        () -> {
          try {
            byte[] value =
                database.get(
                    local, IndexKeys.withFingerprint(IndexKeys.tenant(tenant), fingerprint));
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
    whileOpen(
        () -> {
          try (RocksIterator iterator = database.newIterator(local)) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
              visitor.accept(readFlushed(iterator.key(), iterator.value()));
            }
            IndexSnapshot.check(iterator);
          }
          return true;
        });
  }

  private static FlushedStream readFlushed(byte[] key, byte[] value) {
    int tenantLength = key[1] & 0xFF;
    return new FlushedStream(
        new TenantId(new String(key, 2, tenantLength, StandardCharsets.US_ASCII)),
        IndexKeys.readFingerprint(key, 2 + tenantLength),
        IndexValues.readPosition(value));
  }

  @Override
  public void forgetFlushedBefore(long position) {
    whileOpen(
        () -> {
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
    record Found(Labels labels, List<ChunkRef> chunks) {}
    TreeMap<Fingerprint, Found> streams = new TreeMap<>();
    eachDay(
        tenant,
        fromNanos,
        throughNanos,
        (snapshot, day, firstDay) -> {
          try (RocksIterator iterator = snapshot.iterator()) {
            day.reader()
                .eachMatching(
                    matchers,
                    (fingerprint, labels) -> {
                      List<ChunkRef> refs = new ArrayList<>();
                      day.reader().addChunks(iterator, fingerprint, refs);
                      // A chunk of several days is taken from the first of them in the range.
                      refs.removeIf(
                          ref ->
                              Math.max(IndexKeys.dayOf(ref.minTimestamp()), firstDay)
                                  != day.number());
                      if (!refs.isEmpty()) {
                        streams
                            .computeIfAbsent(
                                fingerprint, _ -> new Found(labels, new ArrayList<>()))
                            .chunks()
                            .addAll(refs);
                      }
                    });
          }
        });
    List<IndexedStream> result = new ArrayList<>(streams.size());
    streams.forEach(
        (fingerprint, found) ->
            result.add(new IndexedStream(found.labels(), fingerprint, found.chunks())));
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
      eachDay(
          tenant, fromNanos, throughNanos, (_, day, _) -> day.reader().addNames(names));
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
      eachDay(
          tenant, fromNanos, throughNanos, (_, day, _) -> day.reader().addValues(name, values));
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
        (_, day, _) ->
            day.reader()
                .eachMatching(
                    matchers,
                    (fingerprint, labels) -> {
                      if (!seen.contains(fingerprint) && day.reader().isLive(fingerprint)) {
                        seen.add(fingerprint);
                        visitor.accept(labels);
                      }
                    }));
  }

  private record Day(int number, DayReader reader) {}

  private interface DayVisitor {
    void visit(IndexSnapshot snapshot, Day day, int firstDay);
  }

  /** Visits the days of the range that exist, oldest first, in one consistent state. */
  private void eachDay(
      TenantId tenant, long fromNanos, long throughNanos, DayVisitor visitor) {
    if (fromNanos > throughNanos) {
      return;
    }
    int firstDay = IndexKeys.dayOf(fromNanos);
    int lastDay = IndexKeys.dayOf(throughNanos);
    byte[] tenantPrefix = IndexKeys.tenant(tenant);
    whileOpen(
        () -> {
          try (IndexSnapshot snapshot = new IndexSnapshot(database);
              RocksIterator iterator = snapshot.iterator()) {
            iterator.seek(IndexKeys.day(tenantPrefix, firstDay));
            while (iterator.isValid() && IndexKeys.startsWith(iterator.key(), tenantPrefix)) {
              int number = IndexKeys.readDay(iterator.key(), tenantPrefix);
              if (number > lastDay) {
                break;
              }
              DayReader reader =
                  new DayReader(snapshot, tenantPrefix, number, fromNanos, throughNanos);
              visitor.visit(snapshot, new Day(number, reader), firstDay);
              iterator.seek(IndexKeys.day(tenantPrefix, number + 1));
            }
            IndexSnapshot.check(iterator);
          }
          return true;
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

  /** Waits for running calls; later ones fail. */
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

package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The label index in one RocksDB.
 *
 * <p>Two column families: {@code labels} holds what every reader needs and what will be shipped (see
 * {@link IndexKey}); {@code flushed} holds WAL positions, which mean something on this machine only.
 */
public final class RocksLabelIndex implements LabelIndex {
  /** Small on purpose: the index of a day is read often enough to stay in the page cache. */
  private static final long BLOCK_CACHE_BYTES = 8 << 20;

  private static final long WRITE_BUFFER_BYTES = 4 << 20;
  private static final long MAX_WAL_BYTES = 16 << 20;
  private static final int MAX_OPEN_FILES = 256;

  private static final byte[] LABELS = "labels".getBytes(StandardCharsets.UTF_8);
  private static final byte[] FLUSHED = "flushed".getBytes(StandardCharsets.UTF_8);

  private final Cache cache;
  private final ColumnFamilyOptions familyOptions;
  private final DBOptions options;
  private final WriteOptions durable;
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final RocksDB db;
  private final ColumnFamilyHandle labels;
  private final ColumnFamilyHandle flushed;

  /**
   * Opens or creates the index.
   *
   * @throws StorageException if the folder cannot be used or another process has it open
   */
  public RocksLabelIndex(Path directory) {
    RocksDB.loadLibrary();
    cache = new LRUCache(BLOCK_CACHE_BYTES);
    familyOptions =
        new ColumnFamilyOptions()
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setCompressionType(CompressionType.ZSTD_COMPRESSION)
            .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(cache));
    options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxBackgroundJobs(2)
            .setMaxOpenFiles(MAX_OPEN_FILES)
            .setMaxTotalWalSize(MAX_WAL_BYTES)
            .setKeepLogFileNum(2)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
    durable = new WriteOptions().setSync(true);
    try {
      Files.createDirectories(directory);
      db =
          RocksDB.open(
              options,
              directory.toString(),
              List.of(
                  new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions),
                  new ColumnFamilyDescriptor(LABELS, familyOptions),
                  new ColumnFamilyDescriptor(FLUSHED, familyOptions)),
              handles);
    } catch (RocksDBException | IOException e) {
      closeOptions();
      throw new StorageException(
          "label index " + directory + " cannot be opened: " + e.getMessage(), e);
    }
    labels = handles.get(1);
    flushed = handles.get(2);
  }

  @Override
  public void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough) {
    try (WriteBatch batch = new WriteBatch()) {
      for (IndexedChunk chunk : chunks) {
        for (int period : periods(chunk.chunk())) {
          put(batch, tenant, period, chunk);
        }
      }
      for (Map.Entry<Fingerprint, Long> position : flushedThrough.entrySet()) {
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(position.getValue()).array();
        batch.put(flushed, flushedKey(tenant, position.getKey()), value);
      }
      db.write(durable, batch);
    } catch (RocksDBException e) {
      throw new StorageException("label index: commit failed: " + e.getMessage(), e);
    }
  }

  private void put(WriteBatch batch, TenantId tenant, int period, IndexedChunk indexed)
      throws RocksDBException {
    Fingerprint fingerprint = indexed.fingerprint();
    Labels set = indexed.labels();
    batch.put(
        labels, IndexKey.series(period, tenant, fingerprint), IndexValue.ofLabels(set));
    for (int i = 0; i < set.size(); i++) {
      byte[] key = IndexKey.posting(period, tenant, set.name(i), set.value(i), fingerprint);
      batch.put(labels, key, new byte[0]);
    }
    ChunkRef chunk = indexed.chunk();
    byte[] key =
        IndexKey.chunk(
            IndexKey.chunks(period, tenant, fingerprint),
            chunk.maxTimestamp(),
            chunk.minTimestamp(),
            chunk.chunkId());
    batch.put(labels, key, IndexValue.ofChunk(chunk));
  }

  /** Returns the days a chunk touches, or the one that is always searched when they are many. */
  private static int[] periods(ChunkRef chunk) {
    int first = IndexKey.period(chunk.minTimestamp());
    int last = IndexKey.period(chunk.maxTimestamp());
    if (last - first >= IndexKey.MAX_PERIODS) {
      return new int[] {IndexKey.WIDE_PERIOD};
    }
    int[] periods = new int[last - first + 1];
    for (int i = 0; i < periods.length; i++) {
      periods[i] = first + i;
    }
    return periods;
  }

  @Override
  public OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint) {
    try {
      byte[] value = db.get(flushed, flushedKey(tenant, fingerprint));
      return value == null
          ? OptionalLong.empty()
          : OptionalLong.of(ByteBuffer.wrap(value).getLong());
    } catch (RocksDBException e) {
      throw new StorageException("label index: a read failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void forgetFlushedBefore(long position) {
    try (RocksIterator iterator = db.newIterator(flushed);
        WriteBatch batch = new WriteBatch()) {
      for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
        if (ByteBuffer.wrap(iterator.value()).getLong() < position) {
          batch.delete(flushed, iterator.key());
        }
      }
      iterator.status();
      db.write(durable, batch);
    } catch (RocksDBException e) {
      throw new StorageException("label index: a clean-up failed: " + e.getMessage(), e);
    }
  }

  private static byte[] flushedKey(TenantId tenant, Fingerprint fingerprint) {
    byte[] name = tenant.value().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + name.length + Fingerprint.BYTES)
        .put((byte) name.length)
        .put(name)
        .putLong(fingerprint.high())
        .putLong(fingerprint.low())
        .array();
  }

  @Override
  public List<IndexedStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    try (RocksIterator iterator = db.newIterator(labels)) {
      IndexSearch search =
          new IndexSearch(iterator, db, labels, tenant, matchers, fromNanos, throughNanos);
      return search.streams();
    } catch (RocksDBException e) {
      throw new StorageException("label index: a read failed: " + e.getMessage(), e);
    }
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> found = new HashSet<>();
    for (IndexedStream stream : select(tenant, matchers, fromNanos, throughNanos)) {
      found.add(stream.labels());
    }
    return found;
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    closeOptions();
  }

  private void closeOptions() {
    durable.close();
    options.close();
    familyOptions.close();
    cache.close();
  }
}

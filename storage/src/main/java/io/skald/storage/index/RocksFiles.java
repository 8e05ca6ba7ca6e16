package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.disk.DurableDirectories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** The open database with its families and everything native that belongs to them. */
final class RocksFiles implements AutoCloseable {
  private static final String LOCAL_FAMILY = "local";
  private static final String OUTBOX_FAMILY = "outbox";

  private static final long MIB = 1 << 20;

  /** Shared by the families; index and filter blocks are in it, so it bounds what reads take. */
  private static final long BLOCK_CACHE_BYTES = 8 * MIB;

  private static final long WRITE_BUFFER_BYTES = 4 * MIB;

  /** Of all write buffers together, so that more families do not mean more memory. */
  private static final long ALL_WRITE_BUFFERS_BYTES = 8 * MIB;

  private static final int TABLE_BLOCK_BYTES = 8 * 1024;
  private static final int MAX_OPEN_FILES = 256;

  /** RocksDB reserves these up front; the usual 4 MiB is more than a small index. */
  private static final long MANIFEST_PREALLOCATION_BYTES = 64 * 1024;

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private final RocksDB database;
  private final ColumnFamilyHandle local;
  private final ColumnFamilyHandle outbox;

  /**
   * Opens the database, creating it when there is none.
   *
   * @throws StorageException if it cannot be opened
   */
  static RocksFiles open(Path directory) {
    return new RocksFiles(directory, true);
  }

  /**
   * Opens what there is for reading; every write fails.
   *
   * @throws StorageException if it cannot be opened
   */
  static RocksFiles openReadOnly(Path directory) {
    return new RocksFiles(directory, false);
  }

  private RocksFiles(Path directory, boolean writable) {
    RocksDB.loadLibrary();
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      if (writable) {
        DurableDirectories.create(directory);
      }
      LRUCache cache = own(new LRUCache(BLOCK_CACHE_BYTES));
      ColumnFamilyOptions familyOptions = own(familyOptions(cache));
      DBOptions options = own(databaseOptions());
      List<ColumnFamilyDescriptor> families =
          List.of(
              new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions),
              new ColumnFamilyDescriptor(
                  LOCAL_FAMILY.getBytes(StandardCharsets.US_ASCII), familyOptions),
              new ColumnFamilyDescriptor(
                  OUTBOX_FAMILY.getBytes(StandardCharsets.US_ASCII), familyOptions));
      database =
          own(
              writable
                  ? RocksDB.open(options, directory.toString(), families, handles)
                  : RocksDB.openReadOnly(options, directory.toString(), families, handles));
      handles.forEach(this::own);
      local = handles.get(1);
      outbox = handles.get(2);
    } catch (RocksDBException | IOException e) {
      close();
      throw new StorageException(
          "label index " + directory + " cannot be opened: " + e.getMessage(), e);
    }
  }

  private static ColumnFamilyOptions familyOptions(LRUCache cache) {
    return new ColumnFamilyOptions()
        .setWriteBufferSize(WRITE_BUFFER_BYTES)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(TABLE_BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true));
  }

  private static DBOptions databaseOptions() {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setMaxBackgroundJobs(2)
        .setDbWriteBufferSize(ALL_WRITE_BUFFERS_BYTES)
        .setMaxOpenFiles(MAX_OPEN_FILES)
        .setManifestPreallocationSize(MANIFEST_PREALLOCATION_BYTES)
        .setAllowFAllocate(false)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(MIB);
  }

  private <T extends AutoCloseable> T own(T resource) {
    resources.push(resource);
    return resource;
  }

  RocksDB database() {
    return database;
  }

  /** Returns the family of what is not shipped. */
  ColumnFamilyHandle local() {
    return local;
  }

  /** Returns the family of files that are still to be shipped. */
  ColumnFamilyHandle outbox() {
    return outbox;
  }

  /** Closes in reverse order of opening. */
  @Override
  public void close() {
    StorageException failure = null;
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new StorageException("cannot close the label index: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}

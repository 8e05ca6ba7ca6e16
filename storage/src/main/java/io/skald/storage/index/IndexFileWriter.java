package io.skald.storage.index;

import io.skald.common.block.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ChecksumType;
import org.rocksdb.CompressionType;
import org.rocksdb.EnvOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/** Writes sorted files. Thread-safe; a file in the making belongs to one thread. */
final class IndexFileWriter {
  private static final int TABLE_BLOCK_BYTES = 8 * 1024;

  /** Of the table format; every RocksDB of the last years reads it. */
  private static final int FORMAT_VERSION = 5;

  private final Path directory;

  /**
   * @param directory for files in the making; created
   */
  IndexFileWriter(Path directory) {
    RocksDB.loadLibrary();
    this.directory = directory;
  }

  /** Returns the bytes of a file with these keys, of which there is at least one. */
  byte[] write(SortedMap<byte[], byte[]> keys) {
    try (Open file = open()) {
      for (Map.Entry<byte[], byte[]> entry : keys.entrySet()) {
        file.put(entry.getKey(), entry.getValue());
      }
      return file.finish();
    }
  }

  /** Begins a file. */
  Open open() {
    try {
      Files.createDirectories(directory);
      return new Open(Files.createTempFile(directory, "making", ".sst"));
    } catch (IOException e) {
      throw new StorageException("cannot write an index file in " + directory + ": " + e, e);
    }
  }

  /** A file in the making. */
  static final class Open implements AutoCloseable {
    private final Path path;
    private final EnvOptions environment = new EnvOptions();
    private final Options options =
        new Options()
            .setCompressionType(CompressionType.ZSTD_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockSize(TABLE_BLOCK_BYTES)
                    .setFormatVersion(FORMAT_VERSION)
                    .setChecksumType(ChecksumType.kCRC32c));
    private final SstFileWriter writer = new SstFileWriter(environment, options);

    Open(Path path) {
      this.path = path;
      try {
        writer.open(path.toString());
      } catch (RocksDBException e) {
        close();
        throw unwritable(e);
      }
    }

    /** Adds a key, above the one before. */
    void put(byte[] key, byte[] value) {
      try {
        writer.put(key, value);
      } catch (RocksDBException e) {
        throw unwritable(e);
      }
    }

    /** Returns about how many bytes have been written. */
    long sizeBytes() {
      try {
        return writer.fileSize();
      } catch (RocksDBException e) {
        throw unwritable(e);
      }
    }

    /** Ends the file, which has at least one key, and returns its bytes. */
    byte[] finish() {
      try {
        writer.finish();
        return Files.readAllBytes(path);
      } catch (RocksDBException | IOException e) {
        throw unwritable(e);
      }
    }

    private StorageException unwritable(Exception e) {
      return new StorageException("cannot write index file " + path + ": " + e.getMessage(), e);
    }

    @Override
    public void close() {
      writer.close();
      options.close();
      environment.close();
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new StorageException("cannot delete " + path + ": " + e, e);
      }
    }
  }
}

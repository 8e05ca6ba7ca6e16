package io.skald.storage.index;

import io.skald.common.block.StorageException;
import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileReaderIterator;

/** An open sorted file. Thread-safe; close it when no cursor is open any more. */
final class IndexFile implements AutoCloseable {
  private final SstFileReader reader;
  private final ReadOptions options = new ReadOptions();

  /**
   * @param shared stay open; hold the cache of blocks
   */
  IndexFile(Path path, Options shared) {
    this.reader = new SstFileReader(shared);
    try {
      reader.open(path.toString());
    } catch (RocksDBException e) {
      close();
      throw new StorageException("cannot open index file " + path + ": " + e.getMessage(), e);
    }
  }

  KeyCursor cursor() {
    SstFileReaderIterator iterator = reader.newIterator(options);
    return new RocksCursor(iterator, new Access(iterator));
  }

  private record Access(SstFileReaderIterator iterator) implements RocksCursor.Access {
    @Override
    public byte[] key() {
      return iterator.key();
    }

    @Override
    public byte[] value() {
      return iterator.value();
    }

    @Override
    public void close() {
      iterator.close();
    }
  }

  @Override
  public void close() {
    options.close();
    reader.close();
  }
}

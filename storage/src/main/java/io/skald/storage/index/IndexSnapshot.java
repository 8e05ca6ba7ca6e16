package io.skald.storage.index;

import io.skald.common.block.StorageException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** One consistent state of the index, for one call. Leaves the database open. */
final class IndexSnapshot implements KeySpace {
  private final RocksDB database;
  private final Snapshot snapshot;
  private final ReadOptions options;

  IndexSnapshot(RocksDB database) {
    this.database = database;
    this.snapshot = database.getSnapshot();
    this.options = new ReadOptions().setSnapshot(snapshot);
  }

  @Override
  public KeyCursor cursor() {
    RocksIterator iterator = database.newIterator(options);
    return new RocksCursor(iterator, new Access(iterator));
  }

  private record Access(RocksIterator iterator) implements RocksCursor.Access {
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
  public byte @Nullable [] get(byte[] key) {
    try {
      return database.get(options, key);
    } catch (RocksDBException e) {
      throw unreadable(e);
    }
  }

  /** Throws if {@code iterator} stopped because of an error and not at the end. */
  static void check(RocksIterator iterator) {
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw unreadable(e);
    }
  }

  static StorageException unreadable(RocksDBException e) {
    return new StorageException("cannot read the label index: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    options.close();
    database.releaseSnapshot(snapshot);
    snapshot.close();
  }
}

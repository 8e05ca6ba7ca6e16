package io.skald.storage.index;

import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIteratorInterface;

/** A cursor over a database or a sorted file. */
final class RocksCursor implements KeyCursor {
  private final RocksIteratorInterface iterator;
  private final Access access;

  /** What the iterators of databases and of files have in common, but no type says. */
  interface Access {
    byte[] key();

    byte[] value();

    void close();
  }

  /**
   * @param access of the same iterator, which is closed with it
   */
  RocksCursor(RocksIteratorInterface iterator, Access access) {
    this.iterator = iterator;
    this.access = access;
  }

  @Override
  public void seek(byte[] key) {
    iterator.seek(key);
  }

  @Override
  public boolean isValid() {
    return iterator.isValid();
  }

  @Override
  public void next() {
    iterator.next();
  }

  @Override
  public byte[] key() {
    return access.key();
  }

  @Override
  public byte[] value() {
    return access.value();
  }

  @Override
  public void check() {
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw IndexSnapshot.unreadable(e);
    }
  }

  @Override
  public void close() {
    access.close();
  }
}

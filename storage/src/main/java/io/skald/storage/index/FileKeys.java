package io.skald.storage.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of several sorted files; of equal keys that of the first file counts. */
final class FileKeys implements KeySpace {
  private final List<IndexFileCache.Lease> files;

  /** For {@link #get}, opened when it is first called. */
  private @Nullable KeyCursor lookup;

  /** Opens files, or none of them. */
  static FileKeys open(IndexFileCache cache, List<IndexFileName> names) {
    List<IndexFileCache.Lease> leases = new ArrayList<>(names.size());
    try {
      for (IndexFileName name : names) {
        leases.add(cache.lease(name));
      }
      return new FileKeys(leases);
    } catch (RuntimeException | Error e) {
      leases.forEach(IndexFileCache.Lease::close);
      throw e;
    }
  }

  /**
   * @param files closed with this
   */
  private FileKeys(List<IndexFileCache.Lease> files) {
    this.files = files;
  }

  @Override
  public KeyCursor cursor() {
    List<KeyCursor> cursors = new ArrayList<>(files.size());
    files.forEach(lease -> cursors.add(lease.file().cursor()));
    return cursors.size() == 1 ? cursors.getFirst() : new MergedCursor(cursors);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    KeyCursor cursor = lookup;
    if (cursor == null) {
      cursor = cursor();
      lookup = cursor;
    }
    cursor.seek(key);
    if (cursor.isValid() && Arrays.equals(cursor.key(), key)) {
      return cursor.value();
    }
    cursor.check();
    return null;
  }

  @Override
  public void close() {
    if (lookup != null) {
      lookup.close();
    }
    files.forEach(IndexFileCache.Lease::close);
  }
}

package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.measure.CacheStatistics;
import io.skald.storage.chunk.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of index files on the local disk, the least recently used of which make room for others.
 * What an earlier process left is used again: the first time a file is opened its length and
 * checksum are compared with its name, and a copy that is not whole is fetched anew. Threads that
 * want the same file fetch it once. Thread-safe.
 */
public final class IndexFileCache implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(IndexFileCache.class);
  private static final long MIB = 1 << 20;

  /** Of blocks of all files together. */
  private static final long BLOCK_CACHE_BYTES = 16 * MIB;

  /** Files that stay open while nobody reads them: a file descriptor and some KiB each. */
  private static final int MAX_IDLE_OPEN = 256;

  private static final String PARTIAL = ".partial";

  private final Path directory;
  private final long limitBytes;
  private final Source source;
  private final LRUCache blocks;
  private final Options options;

  // Guarded by this; the order is that of use.
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private long totalBytes;
  private long hits;
  private long misses;
  private long evictions;
  private int open;
  private boolean closed;

  /** Where files come from. */
  public interface Source {
    /**
     * Returns the bytes of the file.
     *
     * @throws io.skald.storage.object.ObjectNotFoundException if there is none
     */
    byte[] read(IndexFileName name);
  }

  private static final class Entry {
    final Path path;

    // Guarded by the cache.
    int leases;
    long bytes;

    // Of whoever has a lease and locks this; of the cache while there is no lease.
    @Nullable IndexFile file;

    Entry(Path path) {
      this.path = path;
    }
  }

  /**
   * @param directory for copies; belongs to this cache alone
   * @param limitBytes of all copies; what is being read may exceed it
   */
  public IndexFileCache(Path directory, long limitBytes, Source source) {
    RocksDB.loadLibrary();
    this.directory = directory;
    this.limitBytes = limitBytes;
    this.source = source;
    takeOver();
    this.blocks = new LRUCache(BLOCK_CACHE_BYTES);
    this.options =
        new Options()
            .setTableFormatConfig(new BlockBasedTableConfig().setBlockCache(blocks));
  }

  private record Found(Path path, long bytes, FileTime used) {}

  private void takeOver() {
    List<Found> found = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      try (Stream<Path> walk = Files.walk(directory)) {
        for (Path path : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
          Optional<IndexFileName> name =
              IndexFileName.parse(directory.relativize(path).toString().replace('\\', '/'));
          if (name.isEmpty() || Files.size(path) != name.get().length()) {
            Files.delete(path);
          } else {
            found.add(new Found(path, Files.size(path), Files.getLastModifiedTime(path)));
          }
        }
      }
    } catch (IOException e) {
      throw new StorageException("cannot read the index cache in " + directory + ": " + e, e);
    }
    found.sort(Comparator.comparing(Found::used));
    for (Found each : found) {
      Entry entry = new Entry(each.path);
      entry.bytes = each.bytes;
      totalBytes += each.bytes;
      entries.put(directory.relativize(each.path).toString(), entry);
    }
    evict();
  }

  /** A file that stays open until it is given back. */
  final class Lease implements AutoCloseable {
    private final Entry entry;
    private final IndexFile file;

    private Lease(Entry entry, IndexFile file) {
      this.entry = entry;
      this.file = file;
    }

    IndexFile file() {
      return file;
    }

    @Override
    public void close() {
      giveBack(entry);
    }
  }

  /**
   * Opens a file, fetching it unless there is a copy.
   *
   * @throws io.skald.storage.object.ObjectNotFoundException if there is no such file
   * @throws StorageException if it is damaged or cannot be read
   */
  Lease lease(IndexFileName name) {
    String key = name.key();
    Entry entry;
    synchronized (this) {
      if (closed) {
        throw new StorageException("the index cache in " + directory + " is closed");
      }
      entry = entries.computeIfAbsent(key, _ -> new Entry(directory.resolve(key)));
      entry.leases++;
    }
    try {
      return new Lease(entry, open(name, entry));
    } catch (RuntimeException | Error e) {
      giveBack(entry);
      throw e;
    }
  }

  private IndexFile open(IndexFileName name, Entry entry) {
    synchronized (entry) {
      IndexFile file = entry.file;
      if (file != null) {
        count(true);
        return file;
      }
      boolean isCopy = isWhole(name, entry.path);
      count(isCopy);
      if (!isCopy) {
        keep(name, entry, checked(name, source.read(name)));
      }
      file = new IndexFile(entry.path, options);
      entry.file = file;
      synchronized (this) {
        open++;
      }
      return file;
    }
  }

  private synchronized void count(boolean hit) {
    if (hit) {
      hits++;
    } else {
      misses++;
    }
  }

  /** Takes a file that was just written, so that it need not be fetched. */
  void add(IndexFileName name, byte[] bytes) {
    String key = name.key();
    Entry entry;
    synchronized (this) {
      entry = entries.computeIfAbsent(key, _ -> new Entry(directory.resolve(key)));
      entry.leases++;
    }
    try {
      synchronized (entry) {
        if (entry.file == null) {
          keep(name, entry, bytes);
        }
      }
    } finally {
      giveBack(entry);
    }
  }

  private static boolean isWhole(IndexFileName name, Path path) {
    try {
      byte[] bytes = Files.readAllBytes(path);
      if (matches(name, bytes)) {
        return true;
      }
      log.warn("the copy of index file {} is damaged and is fetched again", path);
      return false;
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException e) {
      log.warn("the copy of index file {} cannot be read and is fetched again", path, e);
      return false;
    }
  }

  private static byte[] checked(IndexFileName name, byte[] bytes) {
    if (!matches(name, bytes)) {
      throw new StorageException(
          "index file %s is damaged: %d bytes with CRC32C %08x, its name says %d and %08x"
              .formatted(
                  name.key(),
                  bytes.length,
                  Section.crc(bytes, 0, bytes.length),
                  name.length(),
                  name.crc()));
    }
    return bytes;
  }

  private static boolean matches(IndexFileName name, byte[] bytes) {
    return bytes.length == name.length() && Section.crc(bytes, 0, bytes.length) == name.crc();
  }

  /** Not synced: what a crash damages is fetched again. */
  private void keep(IndexFileName name, Entry entry, byte[] bytes) {
    Path partial = entry.path.resolveSibling(entry.path.getFileName() + PARTIAL);
    try {
      Files.createDirectories(partial.toAbsolutePath().getParent());
      Files.write(partial, bytes);
      Files.move(partial, entry.path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StorageException(
          "cannot keep index file " + name.key() + " in " + directory + ": " + e, e);
    }
    synchronized (this) {
      totalBytes += bytes.length - entry.bytes;
      entry.bytes = bytes.length;
    }
  }

  private synchronized void giveBack(Entry entry) {
    entry.leases--;
    evict();
  }

  /** Closes and deletes what was not used for longest, as far as that is needed. */
  private synchronized void evict() {
    int closing = closed ? open : open - MAX_IDLE_OPEN;
    if (totalBytes <= limitBytes && closing <= 0) {
      return;
    }
    for (Iterator<Entry> eldest = entries.values().iterator();
        eldest.hasNext() && (totalBytes > limitBytes || closing > 0); ) {
      Entry entry = eldest.next();
      if (entry.leases > 0) {
        continue;
      }
      IndexFile file = entry.file; // nobody has it: whoever opens it holds a lease first
      if (file != null) {
        file.close();
        entry.file = null;
        open--;
        closing--;
      }
      if (totalBytes > limitBytes) {
        delete(entry);
        eldest.remove();
        evictions++;
      }
    }
  }

  private void delete(Entry entry) {
    totalBytes -= entry.bytes;
    try {
      Files.deleteIfExists(entry.path);
    } catch (IOException e) {
      log.warn("cannot delete the copy of an index file {}", entry.path, e);
    }
  }

  /** Forgets copies of files that nobody needs any more; what is being read stays. */
  synchronized void forget(Iterable<IndexFileName> names) {
    for (IndexFileName name : names) {
      Entry entry = entries.get(name.key());
      if (entry != null && entry.leases == 0) {
        IndexFile file = entry.file;
        if (file != null) {
          file.close();
          entry.file = null;
          open--;
        }
        delete(entry);
        entries.remove(name.key());
      }
    }
  }

  /** Returns what the cache has done; bytes are those on the disk. */
  public synchronized CacheStatistics statistics() {
    return new CacheStatistics(hits, misses, evictions, totalBytes, limitBytes);
  }

  /** Closes all files; copies stay. What is being read is closed when it is given back. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      evict();
    }
    options.close();
    blocks.close();
  }
}

package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.Section;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of an ingester: what it flushes goes into sorted files, and these to the object store.
 *
 * <p>A commit makes one file for each day that the chunks touch. The files and the positions in the
 * WAL are written to the local database in one synced step; from then on queries in this process
 * see them. Then the files are sent to the object store, and forgotten locally. A crash before that
 * step leaves nothing but a pack that nobody refers to, and the WAL still has the entries. A crash
 * behind it leaves files in the outbox, which the next start sends under the same names.
 *
 * <p>Nothing else of the index is local: a process that finds an empty disk answers from the object
 * store. Thread-safe.
 */
public final class ShippingIndex implements LabelIndex {
  private static final Logger log = LoggerFactory.getLogger(ShippingIndex.class);

  private final RocksLabelIndex local;
  private final ObjectStore store;
  private final IndexFileCache files;
  private final ShippedIndex shipped;
  private final IndexFileWriter writer;
  private final String writerId;
  private final Clock clock;
  private final RandomGenerator random;
  private final LongAdder shippedFiles = new LongAdder();
  private final LongAdder shippedBytes = new LongAdder();
  private final LongAdder failures = new LongAdder();

  /** Held while waiting files are sent. */
  private final Object sending = new Object();

  private volatile boolean settled;
  private volatile boolean closed;

  /**
   * @param local database of this process
   * @param cache directory for copies of index files
   * @param cacheBytes about how much they may take
   * @param refresh how old a list of files that others wrote may be
   */
  public record Settings(Path local, Path cache, long cacheBytes, Duration refresh) {}

  /**
   * Opens the index and takes over what is still to be shipped.
   *
   * @param writerId names this process in the names of files
   * @param random makes names; used under a lock
   * @throws StorageException if the local database cannot be opened
   */
  public ShippingIndex(
      Settings settings, ObjectStore store, String writerId, Clock clock, RandomGenerator random) {
    this.store = store;
    this.writerId = writerId;
    this.clock = clock;
    this.random = random;
    this.local = new RocksLabelIndex(settings.local());
    IndexFileCache opened = null;
    try {
      opened = new IndexFileCache(settings.cache(), settings.cacheBytes(), this::read);
      this.files = opened;
      this.shipped = new ShippedIndex(store, files, settings.refresh(), clock);
      this.writer = new IndexFileWriter(settings.cache().resolve(".making"));
      takeOver();
    } catch (RuntimeException | Error e) {
      if (opened != null) {
        opened.close();
      }
      local.close();
      throw e;
    }
  }

  private byte[] read(IndexFileName name) {
    byte[] waiting = local.toShip(name);
    return waiting != null ? waiting : store.read(name.key(), 0, name.length());
  }

  /** Sends the files of earlier commits, and what versions wrote that shipped nothing. */
  private void takeOver() {
    local.moveToFiles((tenant, day, keys) -> {
      byte[] bytes = writer.write(keys);
      local.commitFiles(tenant, Map.of(newName(tenant, day, bytes), bytes), Map.of());
    });
    for (IndexFileName name : local.toShip()) {
      byte[] bytes = local.toShip(name);
      if (bytes != null) {
        shipped.add(name, bytes);
      }
    }
    settle();
  }

  private IndexFileName newName(TenantId tenant, int day, byte[] bytes) {
    long number;
    synchronized (random) {
      number = random.nextLong();
    }
    return IndexFileName.of(
        tenant,
        false,
        day,
        clock.nowMillis(),
        number,
        writerId,
        bytes.length,
        Section.crc(bytes, 0, bytes.length));
  }

  @Override
  public void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough) {
    Map<IndexFileName, byte[]> made = new LinkedHashMap<>();
    byDay(tenant, chunks)
        .forEach((day, keys) -> {
          byte[] bytes = writer.write(keys);
          made.put(newName(tenant, day, bytes), bytes);
        });
    local.commitFiles(tenant, made, flushedThrough);
    made.forEach(shipped::add);
    made.forEach(this::send);
  }

  /** Returns the keys of chunks, in order, by day. */
  static SortedMap<Integer, SortedMap<byte[], byte[]>> byDay(
      TenantId tenant, List<IndexedChunk> chunks) {
    SortedMap<Integer, SortedMap<byte[], byte[]>> days = new TreeMap<>();
    for (IndexedChunk chunk : chunks) {
      for (int day : IndexKeys.days(chunk.chunk())) {
        SortedMap<byte[], byte[]> keys =
            days.computeIfAbsent(day, _ -> new TreeMap<>(Arrays::compareUnsigned));
        byte[] prefix = IndexKeys.day(day, tenant);
        IndexEntries.addSeries(prefix, chunk.labels(), chunk.fingerprint(), keys::put);
        IndexEntries.addChunk(prefix, chunk.fingerprint(), chunk.chunk(), keys::put);
      }
    }
    return days;
  }

  /** Sends a file; one that cannot be sent stays in the outbox. */
  private void send(IndexFileName name, byte[] bytes) {
    try {
      store.put(name.key(), List.of(ByteBuffer.wrap(bytes)));
      local.shipped(name);
      shipped.sent(name);
      shippedFiles.increment();
      shippedBytes.add(bytes.length);
    } catch (StorageException e) {
      failures.increment();
      if (settled) {
        log.error("index file {} cannot be shipped; it is tried again", name.key(), e);
      }
      settled = false;
    }
  }

  @Override
  public boolean settle() {
    if (settled) {
      return true;
    }
    synchronized (sending) {
      settled = true;
      for (IndexFileName name : local.toShip()) {
        byte[] bytes = local.toShip(name);
        if (bytes == null) {
          continue; // sent by the commit that made it
        }
        if (isOutdated(name)) {
          local.shipped(name);
        } else {
          send(name, bytes);
        }
        if (!settled) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Returns whether the pack that a file names has been rewritten since: then the file had been
   * shipped before, merged and deleted, or what it lists is listed with the new pack. Files of one
   * flush name one pack. How long the file has waited does not matter: a clock that was set in the
   * meantime could not tell.
   */
  private boolean isOutdated(IndexFileName name) {
    Set<String> packs = new HashSet<>();
    try (IndexFileCache.Lease lease = files.lease(name);
        KeyCursor cursor = lease.file().cursor()) {
      IndexContent.chunks(name, cursor).forEach(ref -> packs.add(ref.packKey()));
    }
    try {
      for (String pack : packs) {
        store.size(pack);
      }
      return IndexManifest.read(store, name.tenant()).packs().stream()
          .anyMatch(retired -> packs.contains(retired.key()));
    } catch (ObjectNotFoundException _) {
      return true;
    } catch (StorageException _) {
      return false; // the store does not answer: sending will fail, too
    }
  }

  private ShippedIndex open() {
    if (closed) {
      throw new StorageException("the label index is closed");
    }
    return shipped;
  }

  /**
   * Returns the part that readers elsewhere may not have listed yet, if they list at least every
   * minute.
   */
  public StreamIndex recent() {
    return shipped.recent();
  }

  /** Returns the part of the index that needs nothing but the object store. */
  public ShippedIndex shipped() {
    return shipped;
  }

  /** Returns the copies of index files on the local disk. */
  public IndexFileCache files() {
    return files;
  }

  /**
   * What shipping has done.
   *
   * @param waiting files that could not be sent yet
   */
  public record Statistics(long files, long bytes, long failures, long waiting) {}

  public Statistics shipping() {
    return new Statistics(
        shippedFiles.sum(),
        shippedBytes.sum(),
        failures.sum(),
        settled ? 0 : local.toShip().size());
  }

  /** Returns what the local database holds. */
  public IndexStatistics statistics() {
    return local.statistics();
  }

  @Override
  public OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint) {
    return local.flushedThrough(tenant, fingerprint);
  }

  @Override
  public void eachFlushed(Consumer<FlushedStream> visitor) {
    local.eachFlushed(visitor);
  }

  @Override
  public void forgetFlushedBefore(long position) {
    local.forgetFlushedBefore(position);
  }

  @Override
  public List<IndexedStream> select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    return open().select(tenant, matchers, shard, fromNanos, throughNanos);
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return open().series(tenant, matchers, fromNanos, throughNanos);
  }

  @Override
  public SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return open().labelNames(tenant, matchers, fromNanos, throughNanos);
  }

  @Override
  public SortedSet<String> labelValues(
      TenantId tenant,
      String name,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    return open().labelValues(tenant, name, matchers, fromNanos, throughNanos);
  }

  @Override
  public void close() {
    closed = true;
    files.close();
    local.close();
  }
}

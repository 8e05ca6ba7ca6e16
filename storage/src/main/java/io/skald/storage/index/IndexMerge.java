package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.Section;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Makes one file of many, with changes. What it writes counts only when a manifest names it.
 * Thread-safe.
 */
public final class IndexMerge {
  /** A file is built on disk and sent from memory. */
  private static final long MAX_FILE_BYTES = 64 << 20;

  private final ObjectStore store;
  private final IndexFileCache files;
  private final IndexFileWriter writer;
  private final String writerId;
  private final Clock clock;
  private final RandomGenerator random;

  /**
   * @param files shared; stays open
   * @param directory for files in the making; created
   * @param writerId names this process in the names of files
   * @param random makes names; used under a lock
   */
  public IndexMerge(
      ObjectStore store,
      IndexFileCache files,
      Path directory,
      String writerId,
      Clock clock,
      RandomGenerator random) {
    this.store = store;
    this.files = files;
    this.writer = new IndexFileWriter(directory);
    this.writerId = writerId;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What becomes of the chunks of one day.
   *
   * @param gone taken out
   * @param added put in, those that touch the day
   */
  public record Change(Set<ChunkRef> gone, List<IndexedChunk> added) {
    public static final Change NONE = new Change(Set.of(), List.of());

    public boolean isNone() {
      return gone.isEmpty() && added.isEmpty();
    }
  }

  /** Returns the days that list the chunk. */
  public static int[] days(ChunkRef chunk) {
    return IndexKeys.days(chunk);
  }

  /**
   * Hands over each chunk that the files list, once, ordered by stream and time.
   *
   * @param sources of one tenant and day
   */
  public void eachChunk(
      TenantId tenant, int day, List<IndexFileName> sources, Consumer<IndexedChunk> visitor) {
    byte[] prefix = IndexKeys.day(day, tenant);
    byte[] series = IndexKeys.kind(prefix, IndexKeys.SERIES);
    byte[] chunks = IndexKeys.kind(prefix, IndexKeys.CHUNK);
    try (FileKeys keys = FileKeys.open(files, sources);
        KeyCursor cursor = keys.cursor()) {
      Map<Fingerprint, Labels> labels = new HashMap<>();
      for (cursor.seek(series);
          cursor.isValid() && IndexKeys.startsWith(cursor.key(), series);
          cursor.next()) {
        labels.put(
            IndexKeys.readFingerprint(cursor.key(), series.length),
            IndexValues.readSeries(cursor.value()));
      }
      for (cursor.seek(chunks);
          cursor.isValid() && IndexKeys.startsWith(cursor.key(), chunks);
          cursor.next()) {
        Fingerprint fingerprint = IndexKeys.readFingerprint(cursor.key(), chunks.length);
        Labels stream = labels.get(fingerprint);
        if (stream != null) {
          visitor.accept(new IndexedChunk(stream, fingerprint, readChunk(chunks, cursor)));
        }
      }
      cursor.check();
    }
  }

  private static ChunkRef readChunk(byte[] chunks, KeyCursor cursor) {
    return IndexValues.readChunk(cursor.key(), chunks.length + Fingerprint.BYTES, cursor.value());
  }

  /**
   * Writes files with what the sources list, changed; streams without a chunk are left out.
   *
   * @param sources of one tenant and day; may be none
   * @return the files, durable in the object store; none if nothing is left
   */
  public List<IndexFileName> write(
      TenantId tenant, int day, List<IndexFileName> sources, Change change) {
    byte[] prefix = IndexKeys.day(day, tenant);
    TreeMap<byte[], byte[]> added = new TreeMap<>(Arrays::compareUnsigned);
    for (IndexedChunk chunk : change.added()) {
      IndexEntries.addSeries(prefix, chunk.labels(), chunk.fingerprint(), added::put);
      IndexEntries.addChunk(prefix, chunk.fingerprint(), chunk.chunk(), added::put);
    }
    List<IndexFileName> written = new ArrayList<>();
    try (FileKeys keys = FileKeys.open(files, sources);
        KeyCursor cursor = keys.cursor();
        Rolling out = new Rolling(tenant, day, written)) {
      Survivors survivors = new Survivors(prefix, change, cursor);
      for (cursor.seek(prefix); cursor.isValid(); cursor.next()) {
        byte[] key = cursor.key();
        while (!added.isEmpty() && Arrays.compareUnsigned(added.firstKey(), key) < 0) {
          Map.Entry<byte[], byte[]> first = added.pollFirstEntry();
          out.put(first.getKey(), first.getValue());
        }
        boolean replaced = added.containsKey(key);
        if (!replaced && survivors.has(key, cursor)) {
          out.put(key, cursor.value());
        }
      }
      cursor.check();
      added.forEach(out::put);
      out.finish();
    }
    return written;
  }

  /** Which keys of the sources stay: those of chunks that do, and of their streams. */
  private static final class Survivors {
    private final byte[] chunks;
    private final Set<ChunkRef> gone;
    private final Set<Fingerprint> streams = new HashSet<>();

    Survivors(byte[] prefix, Change change, KeyCursor cursor) {
      this.chunks = IndexKeys.kind(prefix, IndexKeys.CHUNK);
      this.gone = change.gone();
      for (cursor.seek(chunks);
          cursor.isValid() && IndexKeys.startsWith(cursor.key(), chunks);
          cursor.next()) {
        if (!gone.contains(readChunk(chunks, cursor))) {
          streams.add(IndexKeys.readFingerprint(cursor.key(), chunks.length));
        }
      }
      change.added().forEach(chunk -> streams.add(chunk.fingerprint()));
    }

    boolean has(byte[] key, KeyCursor cursor) {
      if (IndexKeys.startsWith(key, chunks)) {
        return !gone.contains(readChunk(chunks, cursor));
      }
      return streams.contains(IndexKeys.readFingerprint(key, key.length - Fingerprint.BYTES));
    }
  }

  /** Begins another file when one is large. */
  private final class Rolling implements AutoCloseable {
    private final TenantId tenant;
    private final int day;
    private final List<IndexFileName> written;
    private IndexFileWriter.Open file = writer.open();
    private boolean hasKeys;

    Rolling(TenantId tenant, int day, List<IndexFileName> written) {
      this.tenant = tenant;
      this.day = day;
      this.written = written;
    }

    void put(byte[] key, byte[] value) {
      file.put(key, value);
      hasKeys = true;
      if (file.sizeBytes() >= MAX_FILE_BYTES) {
        finish();
        file.close();
        file = writer.open();
      }
    }

    void finish() {
      if (!hasKeys) {
        return;
      }
      byte[] bytes = file.finish();
      IndexFileName name =
          IndexFileName.of(
              tenant,
              true,
              day,
              clock.nowMillis(),
              nextRandom(),
              writerId,
              bytes.length,
              Section.crc(bytes, 0, bytes.length));
      store.put(name.key(), List.of(ByteBuffer.wrap(bytes)));
      files.add(name, bytes);
      written.add(name);
      hasKeys = false;
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private long nextRandom() {
    synchronized (random) {
      return random.nextLong();
    }
  }
}

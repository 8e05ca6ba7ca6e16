package io.skald.storage.pattern;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.pattern.PatternSamples;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.Section;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackReader;
import java.util.List;
import java.util.Map;

/** Reads the patterns of stored chunks. Thread-safe. */
public final class PatternReader {
  private static final int BYTES_PER_PACK = 200;
  private static final int BYTES_PER_CHUNK = 120;

  private final ObjectStore store;
  private final PackReader packs;
  private final ColumnDecoder decoder;
  private final long cacheBytes;

  /** Where the patterns of packs are; packs never change. */
  private final Cache<String, Directory> directories;

  /** Patterns by chunk; none for a pack without an area. */
  private record Directory(long areaOffset, Map<Long, PatternArea.Position> chunks) {}

  /**
   * @param decoder shared; stays open
   * @param cacheBytes for what is kept of packs that were looked into
   */
  public PatternReader(ObjectStore store, ColumnDecoder decoder, long cacheBytes) {
    this.store = store;
    this.packs = new PackReader(store);
    this.decoder = decoder;
    this.cacheBytes = cacheBytes;
    // Maintenance on the calling thread: no work is left behind in a shared pool.
    this.directories =
        Caffeine.newBuilder()
            .maximumWeight(cacheBytes)
            .weigher((String key, Directory directory) ->
                BYTES_PER_PACK + key.length() + BYTES_PER_CHUNK * directory.chunks.size())
            .executor(Runnable::run)
            .recordStats()
            .build();
  }

  /** Returns what the cache of directories has done. */
  public CacheStatistics cacheStatistics() {
    return CacheStatistics.of(directories, cacheBytes);
  }

  /**
   * Returns the patterns of a chunk; none if it was written without.
   *
   * @throws CorruptChunkException if they are damaged
   */
  public List<PatternSamples> patterns(ChunkRef ref) {
    String key = ref.packKey();
    Directory directory = directories.getIfPresent(key);
    if (directory == null) {
      directory = readDirectory(key);
      directories.put(key, directory);
    }
    PatternArea.Position position = directory.chunks.get(ref.chunkId());
    if (position == null) {
      return List.of();
    }
    long offset = directory.areaOffset + position.offset();
    Section body =
        Section.verified(
            key,
            "patterns of chunk " + Long.toUnsignedString(ref.chunkId()),
            offset,
            position.encoding(),
            store.read(key, offset, position.length()),
            position.crc());
    return PatternArea.readBody(body, decoder);
  }

  private Directory readDirectory(String key) {
    long end = packs.directoryOffset(key);
    long trailerOffset = end - PatternArea.TRAILER_LENGTH;
    if (trailerOffset < 0) {
      return withoutArea(key, end);
    }
    Section trailerSection =
        new Section(
            key,
            "trailer of the patterns",
            trailerOffset,
            0,
            store.read(key, trailerOffset, PatternArea.TRAILER_LENGTH));
    if (!PatternArea.hasMagic(trailerSection)) {
      return withoutArea(key, end);
    }
    PatternArea.Trailer trailer = PatternArea.readTrailer(trailerSection);
    long directoryOffset = trailerOffset - trailer.directoryLength();
    long areaOffset = end - trailer.areaLength();
    Section directory =
        Section.verified(
            key,
            "directory of the patterns",
            directoryOffset,
            0,
            store.read(key, directoryOffset, trailer.directoryLength()),
            trailer.directoryCrc());
    return new Directory(
        areaOffset, PatternArea.readDirectory(directory, directoryOffset - areaOffset));
  }

  /** Tells a pack without an area from one whose area is damaged: then chunks end too early. */
  private Directory withoutArea(String key, long end) {
    ChunkRef last = packs.directory(key).chunks().getLast().ref();
    long chunksEnd = last.mainEnd();
    if (chunksEnd != end) {
      throw new CorruptChunkException(
          key, "trailer of the patterns", chunksEnd, "it does not end with SKPT");
    }
    return new Directory(end, Map.of());
  }
}

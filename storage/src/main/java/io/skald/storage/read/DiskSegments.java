package io.skald.storage.read;

import io.skald.common.block.StorageException;
import io.skald.common.measure.CacheStatistics;
import io.skald.storage.chunk.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stretches of packs as files: {@code <key of the pack>/<offset>-<length>-<crc32c>}, in
 * hexadecimal. What an earlier process left is used again. A file whose checksum is not that of its
 * name is deleted and not returned. A disk that fails costs hits and nothing else. Thread-safe.
 */
final class DiskSegments {
  private static final Logger log = LoggerFactory.getLogger(DiskSegments.class);
  private static final String PARTIAL = ".partial";
  private static final int PARTS = 3;

  private final Path directory;
  private final SegmentCache<Path> segments;

  /**
   * @throws StorageException if the directory cannot be created or read
   */
  DiskSegments(Path directory, long limitBytes) {
    this.directory = directory;
    this.segments = new SegmentCache<>(limitBytes, DiskSegments::delete);
    try {
      Files.createDirectories(directory);
      try (Stream<Path> walk = Files.walk(directory)) {
        walk.filter(Files::isRegularFile)
            .sorted(Comparator.comparing(DiskSegments::modified))
            .forEach(this::takeOver);
      }
    } catch (IOException e) {
      throw new StorageException("cannot read the pack cache in " + directory + ": " + e, e);
    }
  }

  private static long modified(Path path) {
    try {
      return Files.getLastModifiedTime(path).toMillis();
    } catch (IOException _) {
      return 0;
    }
  }

  private void takeOver(Path path) {
    String[] parts = Objects.requireNonNull(path.getFileName()).toString().split("-");
    try {
      if (parts.length == PARTS) {
        int length = Integer.parseInt(parts[1], 16);
        if (Files.size(path) == length) {
          String key = directory.relativize(Objects.requireNonNull(path.getParent())).toString();
          segments.add(new SegmentCache.Segment<>(key, Long.parseLong(parts[0], 16), length, path));
          return;
        }
      }
    } catch (NumberFormatException | IOException e) {
      log.debug("a file of the pack cache is not used: {}", path, e);
    }
    delete(path);
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      log.warn("cannot delete {} of the pack cache", path, e);
    }
  }

  /** Returns a stretch that covers the range, or null. */
  SegmentCache.@Nullable Segment<byte[]> find(String key, long offset, int length) {
    SegmentCache.Segment<Path> found = segments.find(key, offset, length);
    if (found == null) {
      return null;
    }
    try {
      byte[] bytes = Files.readAllBytes(found.payload);
      String name = Objects.requireNonNull(found.payload.getFileName()).toString();
      int expected = Integer.parseUnsignedInt(name.substring(name.lastIndexOf('-') + 1), 16);
      if (bytes.length == found.length && Section.crc(bytes, 0, bytes.length) == expected) {
        return new SegmentCache.Segment<>(key, found.offset, found.length, bytes);
      }
      log.warn("{} of the pack cache is damaged and is deleted", found.payload);
    } catch (IOException e) {
      log.warn("{} of the pack cache cannot be read", found.payload, e);
    }
    segments.remove(found);
    return null;
  }

  /** As {@link SegmentCache#nextStart}. */
  long nextStart(String key, long from, long through, int minLength) {
    return segments.nextStart(key, from, through, minLength);
  }

  /** As {@link SegmentCache#lastEnd}. */
  long lastEnd(String key, long from, long through, int minLength) {
    return segments.lastEnd(key, from, through, minLength);
  }

  /** Keeps a stretch; not synced, since its name tells whether it is whole. */
  void add(SegmentCache.Segment<byte[]> segment) {
    String name =
        "%x-%x-%08x"
            .formatted(
                segment.offset, segment.length, Section.crc(segment.payload, 0, segment.length));
    Path path = directory.resolve(segment.key).resolve(name);
    Path partial = path.resolveSibling(name + PARTIAL);
    try {
      Files.createDirectories(directory.resolve(segment.key));
      Files.write(partial, segment.payload);
      Files.move(partial, path, StandardCopyOption.ATOMIC_MOVE);
      segments.add(new SegmentCache.Segment<>(segment.key, segment.offset, segment.length, path));
    } catch (IOException e) {
      log.warn("{} cannot be kept in the pack cache", path, e);
    }
  }

  CacheStatistics statistics() {
    return segments.statistics();
  }
}

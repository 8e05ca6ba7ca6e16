package io.skald.agent.position;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of one path, links followed.
 *
 * @param bornNanos creation time in nanoseconds since the epoch; 0 where the file system keeps
 *     none, as far as is known
 * @param sizeBytes the size in bytes
 */
public record FileStat(
    long device,
    long inode,
    long bornNanos,
    long modifiedNanos,
    long sizeBytes,
    boolean regularFile,
    boolean directory) {

  private static final String ATTRIBUTES =
      "unix:dev,ino,size,lastModifiedTime,creationTime,isRegularFile,isDirectory";

  /**
   * The file systems that are known to keep times of birth. Java reports the time of modification
   * where there is none, so one file that has two times proves it; of a file that was written once
   * both are the same.
   */
  private static final Set<Long> DEVICES_WITH_BIRTHS = ConcurrentHashMap.newKeySet();

  /**
   * Returns null when nothing is at {@code path}.
   *
   * @throws IOException for every other failure, above all a missing permission
   */
  public static @Nullable FileStat of(Path path) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, ATTRIBUTES);
    } catch (NoSuchFileException _) {
      return null;
    }
    long modified = nanos((FileTime) attribute(attributes, "lastModifiedTime"));
    long created = nanos((FileTime) attribute(attributes, "creationTime"));
    long device = ((Number) attribute(attributes, "dev")).longValue();
    if (created != modified) {
      DEVICES_WITH_BIRTHS.add(device);
    }
    return new FileStat(
        device,
        ((Number) attribute(attributes, "ino")).longValue(),
        DEVICES_WITH_BIRTHS.contains(device) ? created : 0,
        modified,
        ((Number) attribute(attributes, "size")).longValue(),
        (Boolean) attribute(attributes, "isRegularFile"),
        (Boolean) attribute(attributes, "isDirectory"));
  }

  public boolean isFile(FileId id) {
    return device == id.device() && inode == id.inode();
  }

  /** Tells whether this is the file of a position, and not one that got its inode later. */
  public boolean isFile(FilePosition position) {
    return isFile(position.id()) && !position.bornAtAnotherTime(bornNanos);
  }

  private static Object attribute(Map<String, Object> attributes, String name) {
    Object value = attributes.get(name);
    if (value == null) {
      throw new IllegalStateException("the file system does not report " + name);
    }
    return value;
  }

  private static long nanos(FileTime time) {
    return time.to(TimeUnit.NANOSECONDS);
  }
}

package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileId;
import java.time.Duration;

/**
 * How the files of a target are compressed.
 *
 * @param initialDelay from the time a file is found until it is read
 */
public record ArchiveFormat(Compression compression, Duration initialDelay) {
  /** Stands before the compression at the end of keys: positions in archives count lines. */
  private static final char MARK = '#';

  /** Returns the key of a target whose files are compressed so. */
  public String keyOf(String key) {
    return key + MARK + compression.text();
  }

  /** Tells whether a position is one in a compressed file, which counts lines. */
  public static boolean isArchive(FileId id) {
    for (Compression compression : Compression.values()) {
      if (id.target().endsWith(MARK + compression.text())) {
        return true;
      }
    }
    return false;
  }
}

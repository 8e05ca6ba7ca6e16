package io.skald.storage.check;

import io.skald.storage.pack.PackReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pack holds and what is wrong with it.
 *
 * @param bytes size of the object
 * @param directory null if it cannot be read
 * @param faults empty as far as the pack was looked at
 */
public record PackReport(
    String key, long bytes, PackReader.@Nullable Directory directory, List<String> faults) {
  public PackReport {
    faults = List.copyOf(faults);
  }

  public boolean isWhole() {
    return faults.isEmpty();
  }

  /** Returns the number of entries that the directory lists. */
  public long entries() {
    return directory == null
        ? 0
        : directory.chunks().stream().mapToLong(chunk -> chunk.ref().entries()).sum();
  }

  /** Returns the bytes of lines that the directory lists, before compression. */
  public long lineBytes() {
    return directory == null
        ? 0
        : directory.chunks().stream().mapToLong(chunk -> chunk.ref().lineBytes()).sum();
  }
}

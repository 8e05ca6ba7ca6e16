package io.skald.storage.pack;

import io.skald.common.model.TenantId;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.Section;
import io.skald.storage.object.ObjectStore;
import java.util.List;

/** Reads the directories of packs, to inspect them or to rebuild an index. Thread-safe. */
public final class PackReader {
  private final ObjectStore store;

  public PackReader(ObjectStore store) {
    this.store = store;
  }

  /** Whose pack it is, and its chunks in the order of their offsets. */
  public record Directory(TenantId tenant, List<PackedChunk> chunks) {
    public Directory {
      chunks = List.copyOf(chunks);
    }
  }

  /**
   * Reads the directory of the pack under {@code key}.
   *
   * @throws CorruptChunkException if the object is damaged, no pack, or of an unknown version
   */
  public Directory directory(String key) {
    PackFormat.Trailer trailer = trailer(key);
    PackFormat.checkHeader(section(key, "pack header", 0, PackFormat.HEADER_LENGTH), trailer);
    byte[] bytes = store.read(key, trailer.directoryOffset(), trailer.directoryLength());
    Section directory =
        Section.verified(
            key, "pack directory", trailer.directoryOffset(), 0, bytes, trailer.directoryCrc());
    return PackFormat.readDirectory(directory, trailer);
  }

  /**
   * Returns where the directory starts; what a writer put behind the chunks ends there.
   *
   * @throws CorruptChunkException if the object is damaged, no pack, or of an unknown version
   */
  public long directoryOffset(String key) {
    return trailer(key).directoryOffset();
  }

  private PackFormat.Trailer trailer(String key) {
    long size = store.size(key);
    if (size < PackFormat.HEADER_LENGTH + PackFormat.TRAILER_LENGTH) {
      throw new CorruptChunkException(key, "pack", 0, "it has only " + size + " bytes");
    }
    long trailerOffset = size - PackFormat.TRAILER_LENGTH;
    return PackFormat.readTrailer(
        section(key, "pack trailer", trailerOffset, PackFormat.TRAILER_LENGTH));
  }

  private Section section(String key, String name, long offset, int length) {
    return new Section(key, name, offset, 0, store.read(key, offset, length));
  }
}

package io.skald.storage.compact;

import io.skald.common.block.StorageException;
import io.skald.storage.object.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The packs of a distant store as a compaction reads them: who asks for a byte of one gets it from
 * a copy, which is fetched with one request for the size and one for each {@link #PIECE_BYTES}. So
 * requests depend on the bytes and not on the chunks, and whoever goes through many packs stream by
 * stream needs no memory for them. Confined to one thread.
 *
 * <p>All copies are one file without a name, which is gone when this is closed or the process ends;
 * what is read of them is checked as if it came from the store.
 */
final class PackCopies extends ReadOnlyStore implements AutoCloseable {
  /** Of a request, and so of memory: a request costs as much time as some hundred KiB of it. */
  static final int PIECE_BYTES = 16 << 20;

  private final ObjectStore store;
  private final @Nullable Path directory;
  private final Map<String, Copy> copies = new HashMap<>();
  private @Nullable FileChannel file;
  private long end;

  private record Copy(long start, long size) {}

  /**
   * @param directory for the file; created. Null for a store that is as near: nothing is copied
   */
  PackCopies(ObjectStore store, @Nullable Path directory) {
    this.store = store;
    this.directory = directory;
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    if (directory == null) {
      return store.read(key, offset, length);
    }
    try {
      FileChannel open = open(directory);
      Copy copy = copy(key, open);
      if (offset < 0 || offset + length > copy.size) {
        throw new StorageException(
            "%s has %d bytes, wanted are %d from %d".formatted(key, copy.size, length, offset));
      }
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining()) {
        if (open.read(bytes, copy.start + offset + bytes.position()) < 0) {
          throw new EOFException("it was cut");
        }
      }
      return bytes.array();
    } catch (IOException e) {
      throw failure(directory, e);
    }
  }

  @Override
  public long size(String key) {
    if (directory == null) {
      return store.size(key);
    }
    try {
      return copy(key, open(directory)).size;
    } catch (IOException e) {
      throw failure(directory, e);
    }
  }

  private static StorageException failure(Path directory, IOException cause) {
    return new StorageException(
        "the copies of packs in %s, which a compaction reads, cannot be used: %s"
            .formatted(directory, cause),
        cause);
  }

  private FileChannel open(Path folder) throws IOException {
    FileChannel open = file;
    if (open == null) {
      Files.createDirectories(folder);
      open =
          FileChannel.open(
              Files.createTempFile(folder, "packs", ".copy"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      file = open;
    }
    return open;
  }

  private Copy copy(String key, FileChannel to) throws IOException {
    Copy known = copies.get(key);
    if (known != null) {
      return known;
    }
    Copy copy = new Copy(end, store.size(key));
    for (long at = 0; at < copy.size; at += PIECE_BYTES) {
      int length = (int) Math.min(PIECE_BYTES, copy.size - at);
      ByteBuffer piece = ByteBuffer.wrap(store.read(key, at, length));
      while (piece.hasRemaining()) {
        to.write(piece, copy.start + at + piece.position());
      }
    }
    end += copy.size;
    copies.put(key, copy);
    return copy;
  }

  @Override
  public void close() {
    FileChannel open = file;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new StorageException("cannot close the copies of packs in " + directory, e);
      }
    }
  }
}

package io.skald.storage.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The directory of a log and what the log does to it. A small interface, so that a test can hand in
 * a disk that is full, slow, fails to sync or forgets what was not synced.
 *
 * <p>File names have no path separators. Implementations are thread-safe; an open file is used by
 * one thread at a time.
 */
public interface WalDisk extends Closeable {
  /** Returns the names of the files, in no particular order. */
  List<String> list() throws IOException;

  /** Creates a file, or empties an existing one, for writing from its start. */
  Output create(String name) throws IOException;

  Input open(String name) throws IOException;

  /** Cuts an existing file to {@code length} bytes, durably. */
  void truncate(String name, long length) throws IOException;

  /** Renames a file, replacing {@code to} if it is there. Durable after {@link #force}. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file if it is there. */
  void delete(String name) throws IOException;

  /** Makes creations, renames and deletions durable. */
  void force() throws IOException;

  /** Returns where the directory is, for messages. */
  @Override
  String toString();

  /** A file being written, front to back. */
  interface Output extends Closeable {
    /** Writes all that remains in {@code source}. After a failure, any part may be written. */
    void write(ByteBuffer source) throws IOException;

    /**
     * Makes everything written durable. After a failure nothing written since the last success is.
     */
    void force() throws IOException;

    /** Cuts the file to {@code length} bytes; writing goes on there. */
    void truncate(long length) throws IOException;
  }

  /** A file being read at any place. */
  interface Input extends Closeable {
    long size() throws IOException;

    /**
     * Reads at {@code offset} until {@code target} is full or the file ends.
     *
     * @return the number of bytes read; less than asked for only at the end of the file
     */
    int read(ByteBuffer target, long offset) throws IOException;
  }
}

package io.skald.agent.tail;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes that lines are cut from: those of an open file, or what they decode to. */
interface FileContent extends Closeable {
  /**
   * Reads bytes from offset {@code at} on.
   *
   * @return how many; 0 or less at the end
   */
  int read(ByteBuffer into, long at) throws IOException;

  /** Returns how many bytes there are; of decoded ones, how many are known of. */
  long size() throws IOException;

  /** A file as it is. */
  record Plain(FileChannel channel) implements FileContent {
    static Plain open(Path path) throws IOException {
      return new Plain(FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      return channel.read(into, at);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}

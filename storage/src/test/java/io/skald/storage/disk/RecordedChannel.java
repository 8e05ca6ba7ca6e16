package io.skald.storage.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A real channel that records what is written and synced through it. */
final class RecordedChannel extends FileChannel {
  private final RecordedFiles files;
  private final FileChannel real;
  private final int file;
  private final String directory;

  /**
   * @param file its number; without meaning for a directory
   * @param directory the path of the directory that this is, or "" for a file
   */
  RecordedChannel(RecordedFiles files, FileChannel real, int file, String directory) {
    this.files = files;
    this.real = real;
    this.file = file;
    this.directory = directory;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return real.read(target);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return real.read(targets, offset, length);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return real.read(target, position);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    long at = real.position();
    int written = write(source, at);
    real.position(at + written);
    return written;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += write(sources[i]);
    }
    return sum;
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    files.change(
        new FileOperation.Write(file, position, bytes),
        () -> {
          long at = position;
          while (source.hasRemaining()) {
            at += real.write(source, at);
          }
        });
    return bytes.length;
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    real.position(position);
    return this;
  }

  @Override
  public long size() throws IOException {
    return real.size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    files.change(new FileOperation.Truncate(file, size), () -> real.truncate(size));
    return this;
  }

  /** Nothing is asked of the real disk: what counts is what is recorded. */
  @Override
  public void force(boolean metadata) throws IOException {
    files.change(
        directory.isEmpty() && file >= 0
            ? new FileOperation.Force(file)
            : new FileOperation.ForceDirectory(directory),
        () -> {});
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    return real.transferTo(position, count, target);
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException("transferring is not recorded");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("mapping is not recorded");
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) throws IOException {
    return real.lock(position, size, shared);
  }

  @Override
  public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
    return real.tryLock(position, size, shared);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }
}

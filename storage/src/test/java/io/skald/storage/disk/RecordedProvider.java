package io.skald.storage.disk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does everything with the real files and records what changes them. */
final class RecordedProvider extends FileSystemProvider {
  private final RecordedFileSystem fileSystem;
  private final RecordedFiles files;
  private final FileSystemProvider real;

  RecordedProvider(RecordedFileSystem fileSystem, RecordedFiles files, FileSystemProvider real) {
    this.fileSystem = fileSystem;
    this.files = files;
    this.real = real;
  }

  @Override
  public String getScheme() {
    return "recorded";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("make one by RecordedFiles");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("no path by URI: " + uri);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path target = RecordedPath.real(path);
    boolean isDirectory = Files.isDirectory(target);
    boolean creates =
        options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW);
    boolean isNew = creates && Files.notExists(target);
    @Nullable FileChannel[] opened = new FileChannel[1];
    int file =
        files.open(
            target, isNew, () -> opened[0] = real.newFileChannel(target, options, attributes));
    FileChannel channel = opened[0];
    if (channel == null) {
      throw new IllegalStateException("not opened: " + path);
    }
    RecordedChannel recorded =
        new RecordedChannel(files, channel, file, isDirectory ? files.name(target) : "");
    if (!isNew && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
      recorded.truncate(0);
    }
    return recorded;
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> stream =
        real.newDirectoryStream(
            RecordedPath.real(directory),
            entry -> filter.accept(new RecordedPath(fileSystem, entry)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> entries = stream.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return entries.hasNext();
          }

          @Override
          public Path next() {
            return new RecordedPath(fileSystem, entries.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    Path target = RecordedPath.real(directory);
    files.makeDirectory(target, () -> real.createDirectory(target, attributes));
  }

  @Override
  public void delete(Path path) throws IOException {
    Path target = RecordedPath.real(path);
    files.delete(target, () -> real.delete(target));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException("copying is not recorded");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Path from = RecordedPath.real(source);
    Path to = RecordedPath.real(target);
    files.rename(from, to, () -> real.move(from, to, options));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return real.isSameFile(RecordedPath.real(path), RecordedPath.real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return real.isHidden(RecordedPath.real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return real.getFileStore(RecordedPath.real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    real.checkAccess(RecordedPath.real(path), modes);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return real.getFileAttributeView(RecordedPath.real(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return real.readAttributes(RecordedPath.real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return real.readAttributes(RecordedPath.real(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException("attributes are not recorded");
  }
}

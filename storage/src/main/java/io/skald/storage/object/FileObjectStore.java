package io.skald.storage.object;

import io.skald.common.block.StorageException;
import io.skald.common.disk.DurableDirectories;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Objects as files below one directory; the key is the path.
 *
 * <p>An object is written to a file in {@code .incoming} (no key starts with a dot), synced,
 * renamed to its place, and the directories on the way are synced. A file that a crash left in
 * {@code .incoming} is removed when the store is opened, so one directory belongs to one process.
 */
public final class FileObjectStore implements ObjectStore {
  private static final String INCOMING = ".incoming";

  /** Forgotten ones are synced again, which costs little. */
  private static final int MAX_KNOWN_DIRECTORIES = 10_000;

  private final Path root;
  private final Path incoming;
  private final AtomicLong nextIncoming = new AtomicLong();

  /** Directories that this process made sure of. */
  private final Set<Path> durable = ConcurrentHashMap.newKeySet();

  /**
   * Opens the store, creating the directory when it is missing.
   *
   * @throws StorageException if the directory cannot be created or read
   */
  public FileObjectStore(Path root) {
    this.root = root;
    this.incoming = root.resolve(INCOMING);
    try {
      DurableDirectories.create(root);
      Files.createDirectories(incoming);
      removeLeftovers();
    } catch (IOException e) {
      throw new StorageException("cannot open the object directory " + root + ": " + e, e);
    }
  }

  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    Path target = path(key);
    Path temporary = incoming.resolve(Long.toString(nextIncoming.getAndIncrement()));
    try {
      try {
        writeSynced(temporary, parts);
        Path directory = Objects.requireNonNull(target.getParent()); // root at least
        makeDurable(directory);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        DurableDirectories.sync(directory);
      } catch (IOException | RuntimeException e) {
        try {
          Files.deleteIfExists(temporary);
        } catch (IOException suppressed) {
          e.addSuppressed(suppressed);
        }
        throw e;
      }
    } catch (IOException e) {
      throw new StorageException("cannot write object " + key + " below " + root + ": " + e, e);
    }
  }

  private static void writeSynced(Path file, List<ByteBuffer> parts) throws IOException {
    ByteBuffer[] sources = parts.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int next = 0;
      while (next < sources.length) {
        if (sources[next].hasRemaining()) {
          channel.write(sources, next, sources.length - next);
        } else {
          next++;
        }
      }
      channel.force(true);
    }
  }

  /** Creates what is missing on the way to {@code directory} and makes it durable. */
  private void makeDurable(Path directory) throws IOException {
    if (!durable.contains(directory)) {
      DurableDirectories.create(directory, root);
      if (durable.size() >= MAX_KNOWN_DIRECTORIES) {
        durable.clear();
      }
      durable.add(directory);
    }
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new StorageException(
          "object %s: cannot read %d bytes from %d".formatted(key, length, offset));
    }
    return read(
        key,
        channel -> {
          // Checked first, so that a wrong length costs an error and not the memory.
          if (offset > channel.size() - length) {
            throw new StorageException(
                "object %s has %d bytes: cannot read %d bytes from %d"
                    .formatted(key, channel.size(), length, offset));
          }
          return read(key, channel, offset, length);
        });
  }

  @Override
  public byte[] read(String key) {
    return read(
        key, channel -> read(key, channel, 0, ObjectStore.wholeLength(key, channel.size())));
  }

  /** What is done with an open file, which stays the same when the object is replaced. */
  private interface Reading {
    byte[] from(FileChannel channel) throws IOException;
  }

  private byte[] read(String key, Reading reading) {
    try (FileChannel channel = FileChannel.open(path(key), StandardOpenOption.READ)) {
      return reading.from(channel);
    } catch (NoSuchFileException e) {
      throw notFound(key, e);
    } catch (IOException e) {
      throw new StorageException("cannot read object " + key + " below " + root + ": " + e, e);
    }
  }

  private static byte[] read(String key, FileChannel channel, long offset, int length)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    while (target.hasRemaining()) {
      if (channel.read(target, offset + target.position()) < 0) {
        throw new StorageException("object " + key + " became shorter while it was read");
      }
    }
    return target.array();
  }

  @Override
  public long size(String key) {
    try {
      return Files.size(path(key));
    } catch (NoSuchFileException e) {
      throw notFound(key, e);
    } catch (IOException e) {
      throw new StorageException("cannot read object " + key + " below " + root + ": " + e, e);
    }
  }

  @Override
  public List<String> list(String prefix) {
    ObjectKey.checkPrefix(prefix);
    int lastSlash = prefix.lastIndexOf('/');
    Path start = lastSlash < 0 ? root : root.resolve(prefix.substring(0, lastSlash));
    List<String> keys = new ArrayList<>();
    if (!Files.isDirectory(start)) {
      return keys;
    }
    try {
      Files.walkFileTree(start, new Lister(prefix, keys));
    } catch (IOException e) {
      throw new StorageException("cannot list the objects below " + start + ": " + e, e);
    }
    Collections.sort(keys);
    return keys;
  }

  @Override
  public void delete(String key) {
    Path target = path(key);
    try {
      if (Files.deleteIfExists(target)) {
        DurableDirectories.sync(Objects.requireNonNull(target.getParent())); // root at least
      }
    } catch (IOException e) {
      throw new StorageException("cannot delete object " + key + " below " + root + ": " + e, e);
    }
  }

  private Path path(String key) {
    ObjectKey.check(key);
    return root.resolve(key);
  }

  private static ObjectNotFoundException notFound(String key, NoSuchFileException cause) {
    ObjectNotFoundException notFound = new ObjectNotFoundException(key);
    notFound.initCause(cause);
    return notFound;
  }

  private final class Lister extends SimpleFileVisitor<Path> {
    private final String prefix;
    private final List<String> keys;

    Lister(String prefix, List<String> keys) {
      this.prefix = prefix;
      this.keys = keys;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      if (directory.equals(incoming)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      String path = root.relativize(directory).toString();
      boolean mayHold = path.startsWith(prefix) || prefix.startsWith(path);
      return mayHold ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      String key = root.relativize(file).toString();
      if (key.startsWith(prefix)) {
        keys.add(key);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE; // deleted while we walk
      }
      throw failure;
    }
  }
}

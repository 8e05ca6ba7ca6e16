package io.skald.server;

import io.skald.common.time.Clock;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.object.s3.S3ObjectStore;
import io.skald.storage.wal.DirectoryWalDisk;
import io.skald.storage.wal.WalDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The storage of a server that does not run, for tools. Holds the lock of the log, so that the
 * server cannot be started meanwhile.
 */
public final class StoppedServer implements AutoCloseable {
  private final SkaldConfig config;
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final WalDisk disk;
  private final ObjectStore objects;

  /**
   * Opens the storage that the configuration names.
   *
   * @throws IllegalArgumentException if the folders do not exist: then the configuration is wrong,
   *     and nothing must be created
   * @throws RuntimeException if the server runs, or the object store cannot be reached
   */
  public StoppedServer(SkaldConfig config, Clock clock) {
    this.config = config;
    Path wal = config.ingester().wal().dir();
    if (!Files.isDirectory(wal)) {
      throw new IllegalArgumentException(
          "there is no WAL in "
              + wal.toAbsolutePath().normalize()
              + ": name the server's configuration with -config.file, and call this where the"
              + " server is started");
    }
    try {
      DirectoryWalDisk opened = DirectoryWalDisk.open(wal);
      closers.push(() -> close(opened));
      disk = opened;
    } catch (IOException e) {
      throw new UncheckedIOException("stop the server first: " + e.getMessage(), e);
    }
    try {
      objects =
          new ObjectStores(clock, new SecureRandom(), new ServerMetrics(), closers)
              .open(config.common());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void close(WalDisk disk) {
    try {
      disk.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the WAL directory " + disk, e);
    }
  }

  public ObjectStore objects() {
    return objects;
  }

  /** Returns where the objects are, for people. */
  public String objectsPlace() {
    return objects instanceof S3ObjectStore bucket
        ? bucket.describe()
        : config.common().chunksDirectory().toString();
  }

  public Path indexDirectory() {
    return config.common().indexDirectory();
  }

  public Path walDirectory() {
    return config.ingester().wal().dir();
  }

  public WalDisk wal() {
    return disk;
  }

  @Override
  public void close() {
    while (!closers.isEmpty()) {
      closers.pop().run();
    }
  }
}

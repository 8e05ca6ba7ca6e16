package io.skald.agent.tail;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that names appeared in directories, so that a new file is read before the next scan. Only a
 * hint: where the system has no watches left, the scans alone find everything. Writes to files are
 * not watched, since a busy file would bring an event for each. Confined to the reader thread.
 */
public final class DirectoryWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DirectoryWatch.class);

  /** Far below the usual limit of watches for one user. */
  private static final int MAX_DIRECTORIES = 4096;

  private final Map<Path, WatchKey> keys = new HashMap<>();
  private final @Nullable WatchService service;
  private boolean warned;

  private DirectoryWatch(@Nullable WatchService service) {
    this.service = service;
  }

  /** Returns one that asks the operating system. */
  public static DirectoryWatch ofSystem() {
    try {
      return new DirectoryWatch(FileSystems.getDefault().newWatchService());
    } catch (IOException | UnsupportedOperationException e) {
      DirectoryWatch none = none();
      none.warn(e);
      return none;
    }
  }

  /** Returns one that never tells anything. */
  public static DirectoryWatch none() {
    return new DirectoryWatch(null);
  }

  /** Watches exactly these directories from now on, as far as the system allows. */
  void watch(Set<Path> directories) {
    if (service == null) {
      return;
    }
    keys.entrySet()
        .removeIf(entry -> {
          boolean gone = !directories.contains(entry.getKey()) || !entry.getValue().isValid();
          if (gone) {
            entry.getValue().cancel();
          }
          return gone;
        });
    for (Path directory : directories) {
      if (keys.size() == MAX_DIRECTORIES) {
        return;
      }
      if (!keys.containsKey(directory)) {
        try {
          keys.put(directory, directory.register(service, StandardWatchEventKinds.ENTRY_CREATE));
        } catch (IOException e) {
          if (Files.isDirectory(directory)) {
            warn(e);
          }
        }
      }
    }
  }

  /** Tells, without waiting, whether a name that {@code relevant} accepts has appeared. */
  boolean sawNew(Predicate<Path> relevant) {
    boolean seen = false;
    for (WatchKey key = poll(); key != null; key = poll()) {
      for (WatchEvent<?> event : key.pollEvents()) {
        seen |=
            !(event.context() instanceof Path name)
                || !(key.watchable() instanceof Path directory)
                || relevant.test(directory.resolve(name));
      }
      key.reset();
    }
    return seen;
  }

  private @Nullable WatchKey poll() {
    return service == null ? null : service.poll();
  }

  private void warn(Exception e) {
    if (!warned) {
      warned = true;
      log.warn(
          "cannot watch directories ({}): new files are found by the scan every"
              + " target_config.sync_period instead; raising fs.inotify.max_user_watches and"
              + " max_user_instances helps",
          e.toString());
    }
  }

  @Override
  public void close() throws IOException {
    if (service != null) {
      service.close();
    }
  }
}

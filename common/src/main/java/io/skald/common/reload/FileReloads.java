package io.skald.common.reload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the files of all values of a process, from one thread. */
public final class FileReloads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileReloads.class);

  private final List<FileValue<?>> values = new CopyOnWriteArrayList<>();
  private @Nullable Thread thread;

  /**
   * Reads a value from files and keeps it up to date.
   *
   * @throws IllegalArgumentException if a file cannot be read or is no good
   */
  public <T> FileValue<T> watch(String what, List<Path> files, FileValue.Loader<T> loader) {
    FileValue<T> value = new FileValue<>(what, files, loader);
    values.add(value);
    return value;
  }

  /** Begins to look every {@code period}; once. */
  public void start(Duration period) {
    thread = Thread.ofVirtual().name("file-reloads").start(() -> run(period));
  }

  private void run(Duration period) {
    try {
      while (true) {
        Thread.sleep(period);
        refresh();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks once. */
  public void refresh() {
    for (FileValue<?> value : values) {
      try {
        value.refresh();
      } catch (RuntimeException e) {
        LOG.error("a changed file could not be taken over", e);
      }
    }
  }

  /** Returns how often changed files were taken over. */
  public long reloads() {
    return values.stream().mapToLong(FileValue::reloads).sum();
  }

  /** Returns how often changed files were no good. */
  public long failures() {
    return values.stream().mapToLong(FileValue::failures).sum();
  }

  /** Returns how many values are older than their files, which are no good. */
  public long stale() {
    return values.stream().filter(FileValue::isStale).count();
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}

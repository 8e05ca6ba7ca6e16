package io.skald.storage.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files below a real directory, reached through paths that record every change. Everything is
 * done for real as well, so that the program under test reads what it wrote. Thread-safe.
 */
public final class RecordedFiles {
  private final Path realRoot;
  private final RecordedFileSystem fileSystem;

  // Guarded by this.
  private final List<FileOperation> operations = new ArrayList<>();
  private final Map<String, Integer> files = new HashMap<>();
  private int nextFile;
  private int operationsLeft = Integer.MAX_VALUE;

  /**
   * @param realRoot an empty directory
   */
  public RecordedFiles(Path realRoot) {
    this.realRoot = realRoot;
    this.fileSystem = new RecordedFileSystem(this, realRoot.getFileSystem());
  }

  /** Returns the root, through which everything is recorded. */
  public Path root() {
    return new RecordedPath(fileSystem, realRoot);
  }

  /** Returns how many changes there were. */
  public synchronized int count() {
    return operations.size();
  }

  /** Lets a number of further changes happen; then every one fails, as if the process had ended. */
  public synchronized void endAfter(int further) {
    operationsLeft = further;
  }

  /** Lets everything happen again: another process begins. */
  public synchronized void begin() {
    operationsLeft = Integer.MAX_VALUE;
  }

  synchronized List<FileOperation> operations() {
    return List.copyOf(operations);
  }

  /** A change of the real files. */
  interface Action {
    void run() throws IOException;
  }

  synchronized void makeDirectory(Path real, Action action) throws IOException {
    change(new FileOperation.MakeDirectory(name(real)), action);
  }

  /** Returns the number of a file that was opened; {@code action} opens it. */
  synchronized int open(Path real, boolean isNew, Action action) throws IOException {
    if (isNew) {
      change(new FileOperation.Create(name(real), nextFile), action);
      files.put(name(real), nextFile++);
    } else {
      action.run();
    }
    return files.getOrDefault(name(real), -1);
  }

  synchronized void change(FileOperation operation, Action action) throws IOException {
    if (operationsLeft <= 0) {
      throw new IOException("the process has ended");
    }
    action.run();
    operationsLeft--;
    operations.add(operation);
  }

  synchronized void rename(Path from, Path to, Action action) throws IOException {
    change(new FileOperation.Rename(name(from), name(to)), action);
    Integer file = files.remove(name(from));
    if (file != null) {
      files.put(name(to), file);
    }
  }

  synchronized void delete(Path real, Action action) throws IOException {
    change(new FileOperation.Delete(name(real)), action);
    files.remove(name(real));
  }

  String name(Path real) {
    return realRoot.relativize(real.toAbsolutePath().normalize()).toString();
  }
}

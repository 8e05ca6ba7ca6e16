package io.skald.storage.disk;

import io.skald.storage.disk.FileOperation.Create;
import io.skald.storage.disk.FileOperation.Delete;
import io.skald.storage.disk.FileOperation.Force;
import io.skald.storage.disk.FileOperation.ForceDirectory;
import io.skald.storage.disk.FileOperation.MakeDirectory;
import io.skald.storage.disk.FileOperation.Rename;
import io.skald.storage.disk.FileOperation.Truncate;
import io.skald.storage.disk.FileOperation.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a machine may find on its disk when it lost power behind one of the recorded changes.
 *
 * <p>Taken for granted is only what POSIX lets a program rely on. The entries of a directory are
 * those at its last sync, and any choice of the changes since: they may reach the disk in any
 * order, and a rename inside one directory wholly or not at all. A directory that is not itself an
 * entry of its parent is not there, with all that is in it. A file has what it had at its last
 * sync; of what was written since all, nothing, a part, or zeros in the right length.
 */
public final class CrashStates {
  /** Of more changes only prefixes are tried, or there were too many choices. */
  private static final int MAX_CHOSEN_FREELY = 5;

  /** One thing that may be found: files by path; null for a directory. */
  private record State(TreeMap<String, byte @Nullable []> files) {}

  private static final class Content {
    byte[] bytes = new byte[0];
    byte[] synced = new byte[0];

    /** What may be found. */
    List<byte[]> variants() {
      if (Arrays.equals(bytes, synced)) {
        return List.of(bytes);
      }
      List<byte[]> variants = new ArrayList<>(List.of(synced, bytes));
      if (bytes.length > synced.length) {
        int half = synced.length + (bytes.length - synced.length) / 2;
        variants.add(Arrays.copyOf(bytes, half));
        variants.add(Arrays.copyOf(bytes, bytes.length - 1));
        variants.add(Arrays.copyOf(Arrays.copyOf(bytes, synced.length), bytes.length));
        variants.add(Arrays.copyOf(Arrays.copyOf(bytes, half), bytes.length));
      }
      return variants;
    }
  }

  /** What a directory has under names: the number of a file, or a directory. */
  private sealed interface Entry {
    record OfFile(int file) implements Entry {}

    record OfDirectory() implements Entry {}
  }

  /** A change of entries, by name; null takes an entry away. */
  private record Change(Map<String, @Nullable Entry> entries) {
    static Change of(String name, @Nullable Entry entry) {
      Map<String, @Nullable Entry> one = new HashMap<>();
      one.put(name, entry);
      return new Change(one);
    }
  }

  private static final class Directory {
    final Map<String, Entry> now = new TreeMap<>();
    final Map<String, Entry> synced = new TreeMap<>();
    final List<Change> pending = new ArrayList<>();

    void change(Change change) {
      apply(change, now);
      pending.add(change);
    }

    void sync() {
      synced.clear();
      synced.putAll(now);
      pending.clear();
    }

    List<Map<String, Entry>> variants() {
      Set<Map<String, Entry>> variants = new LinkedHashSet<>();
      int count = pending.size();
      if (count <= MAX_CHOSEN_FREELY) {
        for (int chosen = 0; chosen < 1 << count; chosen++) {
          Map<String, Entry> entries = new TreeMap<>(synced);
          for (int i = 0; i < count; i++) {
            if ((chosen >> i & 1) != 0) {
              apply(pending.get(i), entries);
            }
          }
          variants.add(entries);
        }
      } else {
        Map<String, Entry> entries = new TreeMap<>(synced);
        variants.add(new TreeMap<>(entries));
        for (Change change : pending) {
          apply(change, entries);
          variants.add(new TreeMap<>(entries));
        }
      }
      return List.copyOf(variants);
    }

    private static void apply(Change change, Map<String, Entry> entries) {
      change.entries.forEach((name, entry) -> {
        if (entry == null) {
          entries.remove(name);
        } else {
          entries.put(name, entry);
        }
      });
    }
  }

  private final Map<String, Directory> directories = new TreeMap<>();
  private final Map<Integer, Content> contents = new HashMap<>();

  private CrashStates() {
    directories.put("", new Directory());
  }

  /** Takes what may be found. */
  public interface Visitor {
    /**
     * @param directory a directory of its own with what was found
     * @param operations how many changes were made before the power went
     */
    void state(Path directory, int operations) throws IOException;
  }

  /**
   * Hands over everything that may be found after each of the changes from one on.
   *
   * @param scratch an empty directory
   * @return how many there were
   */
  public static int each(RecordedFiles files, int from, Path scratch, Visitor visitor)
      throws IOException {
    CrashStates model = new CrashStates();
    List<FileOperation> operations = files.operations();
    int states = 0;
    for (int count = 0; count <= operations.size(); count++) {
      if (count > 0) {
        model.apply(operations.get(count - 1));
      }
      if (count >= from) {
        for (State state : model.states()) {
          Path directory = scratch.resolve("state-" + states++);
          write(state, directory);
          visitor.state(directory, count);
          deleteTree(directory);
        }
      }
    }
    return states;
  }

  private void apply(FileOperation operation) {
    switch (operation) {
      case MakeDirectory(String path) -> {
        parent(path).change(Change.of(name(path), new Entry.OfDirectory()));
        directories.put(path, new Directory());
      }
      case Create(String path, int file) -> {
        contents.put(file, new Content());
        parent(path).change(Change.of(name(path), new Entry.OfFile(file)));
      }
      case Write(int file, long offset, byte[] bytes) -> {
        Content content = content(file);
        int end = (int) offset + bytes.length;
        content.bytes = Arrays.copyOf(content.bytes, Math.max(end, content.bytes.length));
        System.arraycopy(bytes, 0, content.bytes, (int) offset, bytes.length);
      }
      case Truncate(int file, long length) -> {
        Content content = content(file);
        content.bytes = Arrays.copyOf(content.bytes, (int) length);
      }
      case Force(int file) -> {
        Content content = content(file);
        content.synced = content.bytes.clone();
      }
      case ForceDirectory(String path) -> {
        Directory directory = directories.get(path);
        if (directory != null) { // one above the root is not looked at
          directory.sync();
        }
      }
      case Rename(String from, String to) -> rename(from, to);
      case Delete(String path) -> parent(path).change(Change.of(name(path), null));
    }
  }

  private void rename(String from, String to) {
    Directory source = parent(from);
    Directory target = parent(to);
    Entry entry = Objects.requireNonNull(source.now.get(name(from)), from);
    if (source == target) {
      Map<String, @Nullable Entry> both = new HashMap<>();
      both.put(name(from), null);
      both.put(name(to), entry);
      source.change(new Change(both));
    } else {
      target.change(Change.of(name(to), entry));
      source.change(Change.of(name(from), null));
    }
  }

  private Directory parent(String path) {
    int slash = path.lastIndexOf('/');
    return Objects.requireNonNull(directories.get(slash < 0 ? "" : path.substring(0, slash)), path);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Content content(int file) {
    return Objects.requireNonNull(contents.get(file), "a file that was there before");
  }

  private List<State> states() {
    List<State> states = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    entries("", new TreeMap<>(), chosen -> fill(chosen, states, seen));
    return states;
  }

  /** Chooses the entries of a directory, then those of the directories in it. */
  private void entries(
      String path, TreeMap<String, Entry> chosen, Consumer<TreeMap<String, Entry>> visitor) {
    Directory directory = Objects.requireNonNull(directories.get(path), path);
    for (Map<String, Entry> variant : directory.variants()) {
      TreeMap<String, Entry> with = new TreeMap<>(chosen);
      List<String> below = new ArrayList<>();
      variant.forEach((name, entry) -> {
        String full = path.isEmpty() ? name : path + "/" + name;
        with.put(full, entry);
        if (entry instanceof Entry.OfDirectory) {
          below.add(full);
        }
      });
      all(below, 0, with, visitor);
    }
  }

  private void all(
      List<String> below,
      int at,
      TreeMap<String, Entry> chosen,
      Consumer<TreeMap<String, Entry>> visitor) {
    if (at == below.size()) {
      visitor.accept(chosen);
    } else {
      entries(below.get(at), chosen, more -> all(below, at + 1, more, visitor));
    }
  }

  /** Chooses the contents of the files, one after the other. */
  private void fill(TreeMap<String, Entry> entries, List<State> states, Set<String> seen) {
    List<State> filled = new ArrayList<>(List.of(new State(new TreeMap<>())));
    for (Map.Entry<String, Entry> entry : entries.entrySet()) {
      List<byte @Nullable []> variants = new ArrayList<>();
      switch (entry.getValue()) {
        case Entry.OfDirectory _ -> variants.add(null);
        case Entry.OfFile(int file) -> variants.addAll(content(file).variants());
      }
      List<State> next = new ArrayList<>();
      for (State state : filled) {
        for (byte @Nullable [] variant : variants) {
          TreeMap<String, byte @Nullable []> files = new TreeMap<>(state.files);
          files.put(entry.getKey(), variant);
          next.add(new State(files));
        }
      }
      filled = next;
    }
    for (State state : filled) {
      StringBuilder key = new StringBuilder();
      state.files.forEach((path, bytes) ->
          key.append(path).append(bytes == null ? "/" : Arrays.toString(bytes)).append('\n'));
      if (seen.add(key.toString())) {
        states.add(state);
      }
    }
  }

  private static void write(State state, Path directory) throws IOException {
    Files.createDirectory(directory);
    for (Map.Entry<String, byte @Nullable []> entry : state.files.entrySet()) {
      byte[] bytes = entry.getValue();
      Path path = directory.resolve(entry.getKey());
      if (bytes == null) {
        Files.createDirectory(path);
      } else {
        Files.write(path, bytes);
      }
    }
  }

  private static void deleteTree(Path directory) throws IOException {
    List<Path> all;
    try (var paths = Files.walk(directory)) {
      all = new ArrayList<>(paths.toList());
    }
    for (Path path : all.reversed()) {
      Files.delete(path);
    }
  }
}

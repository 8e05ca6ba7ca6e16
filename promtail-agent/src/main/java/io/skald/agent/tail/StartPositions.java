package io.skald.agent.tail;

import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions of files that are not open: those of the last run, and those of files read to their
 * end. Decides where reading of a file begins. Confined to the reader thread.
 */
final class StartPositions {
  private static final Logger log = LoggerFactory.getLogger(StartPositions.class);

  private final Map<FileId, FilePosition> known;
  private final Set<String> knownPaths = new HashSet<>();
  private Set<String> targetKeys;
  private final Function<String, OptionalLong> positionsFile;

  /**
   * @param resume what the journal knows
   * @param targetKeys the targets of this run; positions of others are inherited
   * @param positionsFile answers for paths that the journal never met
   */
  StartPositions(
      Map<FileId, FilePosition> resume,
      Set<String> targetKeys,
      Function<String, OptionalLong> positionsFile) {
    this.known = new LinkedHashMap<>(resume);
    this.targetKeys = Set.copyOf(targetKeys);
    this.positionsFile = positionsFile;
    resume.values().forEach(position -> knownPaths.add(position.path()));
  }

  /** Says which targets there are from now on. */
  void setTargets(Set<String> keys) {
    targetKeys = Set.copyOf(keys);
  }

  Collection<FilePosition> all() {
    return new ArrayList<>(known.values());
  }

  boolean isEmpty() {
    return known.isEmpty();
  }

  @Nullable FilePosition get(FileId id) {
    return known.get(id);
  }

  /** Tells whether a file was ever followed under this path. */
  boolean knowsPath(String path) {
    return knownPaths.contains(path);
  }

  void meet(String path) {
    knownPaths.add(path);
  }

  void put(FilePosition position) {
    known.put(position.id(), position);
    knownPaths.add(position.path());
  }

  void remove(FileId id) {
    known.remove(id);
  }

  /** What was found about the beginning of a file. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call
  record Opened(FileId id, String path, FileStat stat, FileContent content, byte[] head, int size) {
    boolean is(FilePosition position) {
      return !position.bornAtAnotherTime(stat.bornNanos()) && position.head().matches(head, size);
    }
  }

  /**
   * Where the reading of a file begins.
   *
   * @param before by what the position was known, which is to be forgotten; null if there was none
   */
  record Start(FilePosition position, @Nullable FileId before) {}

  /**
   * Takes out the position from which the file is read. A file that is known under another path
   * keeps that path.
   */
  Start take(Opened file) throws IOException {
    FilePosition position = inherited(file);
    if (position == null) {
      return new Start(fresh(file, fromPositionsFile(file)), null);
    }
    known.remove(file.id);
    if (position.offset() > file.stat.sizeBytes() || !file.is(position)) {
      return new Start(fresh(file, 0), position.id());
    }
    return new Start(position.withId(file.id), position.id());
  }

  /**
   * Returns the position of a file with the identity but another content, if that is how it is
   * known: it was truncated or its inode was given to another file.
   */
  @Nullable FilePosition replacedBy(Opened file) {
    FilePosition position = known.get(file.id);
    return position != null && (position.offset() > file.stat.sizeBytes() || !file.is(position))
        ? position
        : null;
  }

  private @Nullable FilePosition inherited(Opened file) {
    FilePosition exact = known.get(file.id);
    if (exact != null) {
      return exact;
    }
    List<FilePosition> candidates = new ArrayList<>();
    for (FilePosition position : known.values()) {
      FileId id = position.id();
      boolean sameTarget = id.target().equals(file.id.target());
      boolean orphan = !targetKeys.contains(id.target());
      boolean sameDevice = id.device() == file.id.device();
      // The number of a device can change when the machine starts again: the path stands in for it.
      boolean sameFile =
          id.inode() == file.id.inode() && (sameDevice || position.path().equals(file.path));
      if (sameFile
          && (sameTarget || orphan)
          && (sameDevice || position.head().length() > 0)
          && position.offset() <= file.stat.sizeBytes()
          && file.is(position)) {
        candidates.add(position);
      }
    }
    if (candidates.isEmpty()) {
      return null;
    }
    FilePosition best = candidates.getFirst();
    known.remove(best.id());
    return best;
  }

  private static FilePosition fresh(Opened file, long offset) {
    FileHead head = FileHead.of(file.head, file.size);
    return new FilePosition(
        file.id, file.stat.bornNanos(), head, offset, LineState.START, file.path);
  }

  /** Trusts an offset that is known by path alone only where a line begins. */
  private long fromPositionsFile(Opened file) throws IOException {
    if (knownPaths.contains(file.path)) {
      return 0; // the journal knows the path with another file: this one is new
    }
    long offset = positionsFile.apply(file.path).orElse(0);
    if (offset == 0) {
      return 0;
    }
    ByteBuffer before = ByteBuffer.allocate(1);
    if (offset <= file.stat.sizeBytes()
        && file.content.read(before, offset - 1) == 1
        && before.get(0) == '\n') {
      return offset;
    }
    log.warn(
        "{}: the positions file says {}, but no line begins there; read from the start",
        file.path,
        offset);
    return 0;
  }
}

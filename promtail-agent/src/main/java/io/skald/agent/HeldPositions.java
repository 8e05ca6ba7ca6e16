package io.skald.agent;

import io.skald.agent.pipeline.Hold;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The lines that stages hold back, by file: no position of a file may be noted that lies behind the
 * first of them. Confined to the reader thread.
 */
final class HeldPositions {
  private final Map<FileId, HeldFile> files = new HashMap<>();

  /** Files that were let go since the last {@link #takeFreed}, and where they stand. */
  private final Map<FileId, FilePosition> freed = new LinkedHashMap<>();

  /** What is held of one file. */
  private static final class HeldFile {
    /** Where held lines start; how many holds there are, and the position before the line. */
    final TreeMap<Long, Held> byOffset = new TreeMap<>();

    /** Where reading stands; to be noted once nothing is held. */
    @Nullable FilePosition reached;
  }

  private static final class Held {
    final FilePosition position;
    int count;

    Held(FilePosition position) {
      this.position = position;
    }
  }

  /** Holds some lines, each of another file. */
  private final class LineHold implements Hold {
    private final Map<FileId, Long> offsets = new HashMap<>(2);

    @Override
    public void absorb(Hold other) {
      if (other instanceof LineHold lines) {
        lines.offsets.forEach(this::keepFirst);
        lines.offsets.clear();
      }
    }

    /** Keeps the earlier one of two lines of a file; what was read later is held by it too. */
    private void keepFirst(FileId id, long offset) {
      Long mine = offsets.get(id);
      if (mine == null) {
        offsets.put(id, offset);
      } else {
        offsets.put(id, Math.min(mine, offset));
        letGo(id, Math.max(mine, offset));
      }
    }

    @Override
    public void release() {
      offsets.forEach(HeldPositions.this::letGo);
      offsets.clear();
    }
  }

  /** Holds the line before which {@code position} stands. */
  Hold hold(FilePosition position) {
    LineHold hold = new LineHold();
    hold.offsets.put(position.id(), count(position));
    return hold;
  }

  /** Makes {@code existing} hold that line too, unless it holds an earlier one of the file. */
  void extend(Hold existing, FilePosition position) {
    if (existing instanceof LineHold lines && !lines.offsets.containsKey(position.id())) {
      lines.offsets.put(position.id(), count(position));
    }
  }

  private long count(FilePosition position) {
    HeldFile file = files.computeIfAbsent(position.id(), _ -> new HeldFile());
    file.byOffset.computeIfAbsent(position.offset(), _ -> new Held(position)).count++;
    return position.offset();
  }

  private void letGo(FileId id, long offset) {
    HeldFile file = files.get(id);
    Held held = file == null ? null : file.byOffset.get(offset);
    if (file == null || held == null) {
      return;
    }
    held.count--;
    if (held.count == 0) {
      file.byOffset.remove(offset);
    }
    if (file.reached != null) {
      freed.put(id, file.byOffset.isEmpty() ? file.reached : first(file));
    }
    if (file.byOffset.isEmpty()) {
      files.remove(id);
    }
  }

  private static FilePosition first(HeldFile file) {
    return file.byOffset.firstEntry().getValue().position;
  }

  /** Returns the position that may be noted for a file that was read up to {@code reached}. */
  FilePosition reached(FilePosition reached) {
    freed.remove(reached.id());
    HeldFile file = files.get(reached.id());
    if (file == null) {
      return reached;
    }
    file.reached = reached;
    return first(file);
  }

  /** Returns the position that may be noted in the middle of a chunk, before {@code next}. */
  FilePosition before(FilePosition next) {
    HeldFile file = files.get(next.id());
    return file == null ? next : first(file);
  }

  /**
   * Tells whether lines are held that {@code position} does not leave behind: those of a content
   * that is gone.
   */
  boolean isOverwrittenBy(FilePosition position) {
    HeldFile file = files.get(position.id());
    return file != null && position.offset() <= first(file).offset();
  }

  /** Returns the positions that can be noted since lines were let go. */
  List<FilePosition> takeFreed() {
    if (freed.isEmpty()) {
      return List.of();
    }
    List<FilePosition> all = new ArrayList<>(freed.values());
    freed.clear();
    return all;
  }
}

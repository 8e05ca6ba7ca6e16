package io.skald.agent.tail;

import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the compressed files of some targets, each once, one after the other, the oldest first.
 * Confined to the reader thread, except {@link #files} and {@link #isReady}.
 *
 * <p>A position counts lines, as Promtail's does: after a restart a file that was not read to its
 * end is decoded anew, and the lines before the position are skipped. A file that ends too early is
 * tried again when it has changed and then rested, and for the last time when it has not changed
 * for a minute. What cannot be decoded is told once and not tried again; another content under the
 * name is another file.
 */
public final class ArchiveReader implements LineFeed {
  private static final Logger log = LoggerFactory.getLogger(ArchiveReader.class);

  /** What may be decoded before other feeds have their turn. */
  private static final int QUOTA_CHUNKS = 4;

  /** How old the status may be; it is an object for each file. */
  private static final long STATUS_NANOS = 500_000_000;

  /** How long a file that ends too early is waited for. */
  private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Supplier<List<Target>> targetSource;
  private final int maxLineBytes;
  private final long scanNanos;
  private final Map<FileId, FilePosition> known;
  private final Function<String, OptionalLong> positionsFile;
  private final LineSink sink;
  private final Clock clock;
  private final TailCounters counters;
  private final Troubles troubles;

  /** Files that are still to be read. */
  private final Map<FileId, Waiting> waiting = new LinkedHashMap<>();

  /** Files that need not be opened again while they look like this. */
  private final Map<FileId, Look> done = new HashMap<>();

  private List<Target> targets = List.of();
  private Set<String> targetKeys = Set.of();
  private @Nullable OpenArchive current;
  private boolean currentIsLastTry;
  private long nextScan;
  private long nextStatus;
  private volatile List<FileStatus> status = List.of();
  private volatile boolean foundSome;

  private record Look(long sizeBytes, long modifiedNanos) {
    static Look of(FileStat stat) {
      return new Look(stat.sizeBytes(), stat.modifiedNanos());
    }
  }

  private static final class Waiting {
    final Target target;
    final Path path;
    Look look;
    long dueNanos;

    /** Whether it looked the same at two scans. */
    boolean rests;

    /** How it looked when its end was missing, and since when it looks so. */
    @Nullable Look cutShort;

    long cutShortAt;

    Waiting(Target target, Path path, Look look, long dueNanos) {
      this.target = target;
      this.path = path;
      this.look = look;
      this.dueNanos = dueNanos;
    }

    boolean isLastTry(long now) {
      return look.equals(cutShort) && now - cutShortAt >= PATIENCE_NANOS;
    }

    boolean isDue(long now) {
      return now - dueNanos >= 0
          && (cutShort == null || (rests && !look.equals(cutShort)) || isLastTry(now));
    }
  }

  /**
   * @param targetSource yields the targets with compressed files, the same list while they do not
   *     change
   * @param maxLineBytes a longer line is cut there
   * @param scan how often the globs are matched
   * @param resume the positions of the last run
   * @param positionsFile the number of lines at a path that {@code resume} does not know
   */
  public ArchiveReader(
      Supplier<List<Target>> targetSource,
      int maxLineBytes,
      Duration scan,
      Map<FileId, FilePosition> resume,
      Function<String, OptionalLong> positionsFile,
      LineSink sink,
      Clock clock,
      TailCounters counters) {
    this.targetSource = targetSource;
    this.maxLineBytes = maxLineBytes;
    this.scanNanos = scan.toNanos();
    this.known = new HashMap<>(resume);
    this.positionsFile = positionsFile;
    this.sink = sink;
    this.clock = clock;
    this.counters = counters;
    this.troubles = new Troubles(counters.archivesUnreadable);
    this.nextScan = clock.monotonicNanos();
    this.nextStatus = nextScan;
  }

  @Override
  public long pass() {
    long now = clock.monotonicNanos();
    if (retarget() || now - nextScan >= 0) {
      scan(now);
      nextScan = now + scanNanos;
    }
    OpenArchive archive = current == null ? openNext(now) : current;
    boolean more = archive != null && read(archive, now);
    if (now - nextStatus >= 0) {
      publishStatus();
      nextStatus = now + STATUS_NANOS;
    }
    return more ? 0 : untilNext(now);
  }

  private long untilNext(long now) {
    long next = nextScan;
    for (Waiting file : waiting.values()) {
      next = file.isDue(file.dueNanos) && file.dueNanos - next < 0 ? file.dueNanos : next;
    }
    long wait = Math.max(1, next - now);
    return current == null ? wait : Math.min(wait, BLOCKED_NANOS);
  }

  @Override
  public List<FileStatus> files() {
    return status;
  }

  /** A job whose archives are all read has done what it is for. */
  @Override
  public boolean isReady() {
    return foundSome;
  }

  @Override
  public void close() throws IOException {
    OpenArchive archive = current;
    current = null;
    if (archive != null) {
      archive.close();
    }
  }

  private boolean retarget() {
    List<Target> now = targetSource.get();
    if (now == targets) {
      return false;
    }
    OpenArchive archive = current;
    targets = now;
    targetKeys = now.stream().map(Target::key).collect(Collectors.toSet());
    waiting.values().removeIf(file -> !targetKeys.contains(file.target.key()));
    if (archive != null && !targetKeys.contains(archive.target.key())) {
      sink.settle();
      closeCurrent(archive); // another target that it matches goes on at the line
    }
    return true;
  }

  // ---- finding

  private void scan(long now) {
    troubles.beginScan();
    Set<FileId> seen = new HashSet<>();
    for (Target target : targets) {
      for (Path match : TargetFiles.of(target, _ -> {}, troubles)) {
        try {
          FileStat stat = FileStat.of(match);
          if (stat != null && stat.regularFile() && stat.sizeBytes() > 0) {
            FileId id = new FileId(target.key(), stat.device(), stat.inode());
            seen.add(id);
            visit(target, match, id, stat, now);
          }
        } catch (NoSuchFileException _) {
          // gone between the two looks
        } catch (IOException e) {
          troubles.unreadable(match, e);
        }
      }
    }
    waiting.keySet().retainAll(seen);
    done.keySet().retainAll(seen);
    forgetGone(seen);
    troubles.endScan();
  }

  private void visit(Target target, Path path, FileId id, FileStat stat, long now)
      throws IOException {
    Look look = Look.of(stat);
    OpenArchive archive = current;
    if ((archive != null && archive.id().equals(id)) || look.equals(done.get(id))) {
      return;
    }
    Waiting file = waiting.get(id);
    if (file != null) {
      file.rests = file.look.equals(look);
      file.look = look;
      return;
    }
    FilePosition position = resumed(id, path, stat);
    if (position != null && position.lineState() == LineState.END) {
      done.put(id, look);
      return;
    }
    ArchiveFormat format = target.archives();
    long delay = format == null ? 0 : format.initialDelay().toNanos();
    waiting.put(id, new Waiting(target, path, look, now + delay));
    foundSome = true;
  }

  /** Returns where the last run, or another target that is gone, left a file. */
  private @Nullable FilePosition resumed(FileId id, Path path, FileStat stat) throws IOException {
    FilePosition position = known.get(id);
    if (position == null) {
      position =
          known.values().stream()
              .filter(other ->
                  other.id().device() == id.device()
                      && other.id().inode() == id.inode()
                      && !targetKeys.contains(other.id().target()))
              .findFirst()
              .orElse(null);
    }
    if (position == null) {
      return null;
    }
    if (position.bornAtAnotherTime(stat.bornNanos()) || !Siblings.hasHead(path, position.head())) {
      return null; // its inode has another file
    }
    if (!position.id().equals(id)) {
      forget(position.id());
      position = position.withId(id);
      known.put(id, position);
      sink.advance(position);
    }
    return position;
  }

  /** Drops the positions of files that no directory holds any more. */
  private void forgetGone(Set<FileId> seen) {
    DirectorySnapshots snapshots = new DirectorySnapshots();
    for (FilePosition position : List.copyOf(known.values())) {
      FileId id = position.id();
      OpenArchive archive = current;
      if (seen.contains(id) || (archive != null && archive.id().equals(id))) {
        continue;
      }
      try {
        FileStat atPath = FileStat.of(Path.of(position.path()));
        boolean there = atPath != null && atPath.isFile(id);
        if (!there && Siblings.findMoved(position, snapshots) == null) {
          forget(id);
        }
      } catch (IOException e) {
        log.debug("cannot tell whether {} still exists: {}", position.path(), e.toString());
      }
    }
  }

  private void forget(FileId id) {
    known.remove(id);
    sink.advance(FilePosition.forget(id));
  }

  // ---- reading

  private @Nullable OpenArchive openNext(long now) {
    Map.Entry<FileId, Waiting> next =
        waiting.entrySet().stream()
            .filter(entry -> entry.getValue().isDue(now))
            .min(Comparator.comparingLong(entry -> entry.getValue().look.modifiedNanos))
            .orElse(null);
    if (next == null || !sink.hasRoom()) {
      return null;
    }
    Waiting file = next.getValue();
    try {
      current = open(file, next.getKey());
      currentIsLastTry = file.isLastTry(now);
      troubles.readable(file.path);
    } catch (NoSuchFileException _) {
      waiting.remove(next.getKey()); // the next scan finds it, if it has another name
    } catch (IOException e) {
      troubles.unreadable(file.path, e);
      file.dueNanos = now + scanNanos;
    }
    return current;
  }

  /** Returns null if the path leads to another file by now. */
  private @Nullable OpenArchive open(Waiting file, FileId id) throws IOException {
    FileChannel channel = FileChannel.open(file.path, StandardOpenOption.READ);
    boolean kept = false;
    try {
      FileStat stat = FileStat.of(file.path);
      if (stat == null || !stat.isFile(id)) {
        waiting.remove(id); // the next scan finds it under its new name
        return null;
      }
      FilePosition position = resumed(id, file.path, stat);
      byte[] head = new byte[FileHead.MAX_LENGTH];
      int size = TailedFile.readHead(new FileContent.Plain(channel), head, head.length);
      FilePosition start =
          new FilePosition(
              id,
              stat.bornNanos(),
              FileHead.of(head, size),
              position == null ? loadedLine(file.path) : position.offset(),
              LineState.START,
              position == null ? file.path.toString() : position.path());
      OpenArchive archive =
          new OpenArchive(file.target, channel, stat, start, maxLineBytes, counters);
      kept = true;
      sink.sighted(start);
      log.info("reading {} (inode {}) from line {}", file.path, id.inode(), start.offset());
      return archive;
    } finally {
      if (!kept) {
        channel.close();
      }
    }
  }

  /** What the positions file says is of the file that was at the path in the last run. */
  private long loadedLine(Path of) {
    String path = of.toString();
    boolean met = known.values().stream().anyMatch(other -> other.path().equals(path));
    return met ? 0 : positionsFile.apply(path).orElse(0);
  }

  /** Returns whether there is more to read at once. */
  private boolean read(OpenArchive archive, long now) {
    try {
      for (int chunks = 0; chunks < QUOTA_CHUNKS && sink.hasRoom(); chunks++) {
        switch (archive.read(sink)) {
          case READ -> {}
          case END -> {
            finish(archive);
            log.info("{} was read to its end: {} lines", archive.path, archive.lines());
            return true;
          }
          case DAMAGED -> {
            giveUp(archive);
            return true;
          }
          case CUT_SHORT -> {
            if (currentIsLastTry) {
              archive.handOnRest(sink);
              giveUp(archive);
            } else {
              waitForMore(archive, now);
            }
            return true;
          }
        }
      }
      return sink.hasRoom();
    } catch (IOException e) {
      troubles.unreadable(Path.of(archive.path), e);
      Waiting file = waiting.get(archive.id());
      if (file != null) {
        file.dueNanos = now + scanNanos;
      }
      closeCurrent(archive);
      return false;
    }
  }

  private void giveUp(OpenArchive archive) {
    counters.filesDamaged.increment();
    log.error(
        "{} cannot be decoded as {} behind line {}: {}. What came before is sent; it is not read"
            + " again unless its content changes",
        archive.path,
        archive.compression(),
        archive.lines(),
        archive.failure());
    finish(archive);
  }

  private void finish(OpenArchive archive) {
    FilePosition end = archive.end();
    sink.advance(end);
    waiting.remove(archive.id());
    done.put(archive.id(), Look.of(archive.stat));
    closeCurrent(archive);
    known.put(end.id(), end);
  }

  private void waitForMore(OpenArchive archive, long now) {
    Waiting file = waiting.get(archive.id());
    if (file != null) {
      Look look = Look.of(archive.stat);
      if (!look.equals(file.cutShort)) {
        file.cutShort = look;
        file.cutShortAt = now;
        log.info("{} ends early; it is read on when it is complete", archive.path);
      }
    }
    closeCurrent(archive);
  }

  private void closeCurrent(OpenArchive archive) {
    current = null;
    known.put(archive.id(), archive.position());
    try {
      archive.close();
    } catch (IOException e) {
      log.warn("closing {} failed: {}", archive.path, e.toString());
    }
  }

  private void publishStatus() {
    OpenArchive archive = current;
    if (archive == null && waiting.isEmpty()) {
      status = List.of();
      return;
    }
    List<FileStatus> all = new ArrayList<>();
    waiting.forEach((id, file) -> {
      if (archive == null || !archive.id().equals(id)) {
        String path = file.path.toString();
        all.add(new FileStatus(path, file.target.key(), 0, file.look.sizeBytes, 0, 0, false));
      }
    });
    if (archive != null) {
      all.add(archive.status());
    }
    status = List.copyOf(all);
  }
}

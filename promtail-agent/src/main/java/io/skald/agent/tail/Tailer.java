package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileHead;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import io.skald.agent.position.LineState;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 * Follows the files of some targets. Confined to the reader thread, except {@link #files}.
 *
 * <p>How it stays exact:
 *
 * <ul>
 *   <li>A file is its device, inode, time of birth and first bytes, never its name. Each is read
 *       once for a target, whatever it is called by then.
 *   <li>When a path leads to another file, the old one stays open until it has brought nothing new
 *       for {@code rotate_wait}; its neighbours are searched for generations that came and went
 *       between two looks.
 *   <li>When the first bytes change or the file shrinks, it was truncated: what was read of an
 *       unfinished line is sent, a copy beside it (as logrotate's {@code copytruncate} leaves) is
 *       read on from where the file was read to, and the file itself from its start.
 * </ul>
 */
public final class Tailer implements LineFeed {
  private static final Logger log = LoggerFactory.getLogger(Tailer.class);

  /** What one file may bring before the next one has its turn. */
  private static final int QUOTA_CHUNKS = 4;

  /** How old the status may be; it is an object for each file. */
  private static final long STATUS_NANOS = 500_000_000;

  /**
   * How long after the start the files of targets that are not there yet are remembered, though
   * they are nowhere to be seen: a cluster tells its pods after a while, and only then are
   * compressed generations looked for.
   */
  private static final long TARGETS_AWAITED_NANOS = Duration.ofMinutes(10).toNanos();

  private final Supplier<List<Target>> targetSource;
  private List<Target> targets;
  private final TailConfig config;
  private final TailSchedule schedule;
  private final LineSink sink;
  private final Clock clock;
  private final TailCounters counters;
  private final LineReader reader;
  private final Troubles troubles;
  private final StartPositions positions;
  private final GenerationReader generations;
  private final GenerationSearch search;
  private final DirectoryWatch watch;
  private final Map<FileId, TailedFile> open = new LinkedHashMap<>();
  private final Map<FileId, Finished> finished = new HashMap<>();
  private final Set<FileId> binary = new LinkedHashSet<>();
  private final Set<FileId> binaryInScan = new LinkedHashSet<>();
  private final boolean firstRun;
  private final Set<Neighbourhood> searched = new LinkedHashSet<>();

  /** Copies of files that are not truncated yet; what they hold is read there. */
  private final Set<FileId> copiesInScan = new HashSet<>();

  private boolean scanned;

  /** The targets of the last scan: files that others left are looked for first. */
  private Set<String> scannedTargets = Set.of();

  private final long targetsAwaitedUntil;
  private long nextScan;
  private int turn;
  private long nextStatus;
  private volatile List<FileStatus> status = List.of();

  /** Where to look for generations that were missed, at the end of the pass. */
  private record Neighbourhood(Target target, String path, Path directory) {}

  /** What lines of one file have in common, whatever generation of it they are read from. */
  private record Followed(Target target, String path) {}

  /** A file that was read to its end and closed, and how it looked then. */
  private record Finished(Path location, Target target, long sizeBytes) {}

  /**
   * @param targetSource yields the targets, the same list while they do not change; targets with
   *     the same key are the same object
   * @param resume where the files of the last run stand
   * @param positionsFile the offset of a path that {@code resume} does not know
   * @param watch is closed with the tailer
   */
  public Tailer(
      Supplier<List<Target>> targetSource,
      TailConfig config,
      TailSchedule schedule,
      Map<FileId, FilePosition> resume,
      Function<String, OptionalLong> positionsFile,
      LineSink sink,
      Clock clock,
      DirectoryWatch watch,
      TailCounters counters) {
    this.targetSource = targetSource;
    this.targets = targetSource.get();
    this.config = config;
    this.schedule = schedule;
    this.sink = sink;
    this.clock = clock;
    this.counters = counters;
    this.reader = new LineReader(config.maxLineBytes(), counters);
    this.troubles = new Troubles(counters.filesUnreadable);
    this.positions = new StartPositions(resume, keysOf(targets), positionsFile);
    this.generations = new GenerationReader(reader, sink, counters);
    this.search = new GenerationSearch(troubles::unreadable, counters);
    this.firstRun = resume.isEmpty();
    this.watch = watch;
    this.nextScan = clock.monotonicNanos();
    this.nextStatus = nextScan;
    this.targetsAwaitedUntil = nextScan + TARGETS_AWAITED_NANOS;
  }

  /**
   * Looks at all files that are due and hands on what they bring.
   *
   * @return nanoseconds until the next look is due; 0 if there is more to read at once
   */
  @Override
  public long pass() {
    long now = clock.monotonicNanos();
    if (retarget()) {
      nextScan = now;
    }
    if (watch.sawNew(this::concernsUs) || now - nextScan >= 0) {
      scan();
      nextScan = now + schedule.scan().toNanos();
    }
    boolean more = generations.poll(now);
    for (TailedFile file : inTurns()) {
      if (now - file.nextPoll >= 0 || (file.blocked && mayRead(file))) {
        more |= poll(file, now);
      }
    }
    searchNeighbourhoods();
    giveUpTooMany();
    if (now - nextStatus >= 0) {
      publishStatus(now);
      nextStatus = now + STATUS_NANOS;
    }
    if (more) {
      return 0;
    }
    long next = nextScan;
    boolean blocked = generations.isReading();
    for (TailedFile file : open.values()) {
      next = file.nextPoll - next < 0 ? file.nextPoll : next;
      blocked |= file.blocked;
    }
    long wait = Math.max(1, next - now);
    return blocked ? Math.min(wait, LineFeed.BLOCKED_NANOS) : wait;
  }

  private boolean mayRead(TailedFile file) {
    return sink.hasRoom() && !generations.holds(file);
  }

  /** The files, another one first each time: room for one chunk must not always go to the same. */
  private List<TailedFile> inTurns() {
    List<TailedFile> files = new ArrayList<>(open.values());
    Collections.rotate(files, turn++);
    return files;
  }

  /** Returns how the followed files stood after the last pass; may be called by any thread. */
  @Override
  public List<FileStatus> files() {
    return status;
  }

  /** What is left in a deleted file could not be had again: it is read, as far as there is room. */
  @Override
  public boolean end() {
    boolean all = true;
    DirectorySnapshots snapshots = new DirectorySnapshots();
    for (TailedFile file : List.copyOf(open.values())) {
      try {
        checkPath(file, clock.monotonicNanos());
        if (file.rotated && snapshots.find(file.directory, file.id) == null) {
          all &= endDeleted(file, snapshots);
        }
      } catch (IOException e) {
        troubles.unreadable(Path.of(file.path), e);
      }
    }
    return all;
  }

  /** Reads a file that nothing leads to any more; returns whether to its end. */
  private boolean endDeleted(TailedFile file, DirectorySnapshots snapshots) throws IOException {
    while (generations.holds(file) && generations.poll(clock.monotonicNanos())) {
      // until what is older has been read, or there is no room for it
    }
    while (mayRead(file)) {
      LineReader.Outcome outcome = reader.read(file, sink);
      if (outcome == LineReader.Outcome.END) {
        finish(file, snapshots);
      }
      if (outcome != LineReader.Outcome.READ) {
        return true;
      }
    }
    return false;
  }

  /** Files can always grow. */
  @Override
  public boolean isFinished() {
    return false;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (TailedFile file : open.values()) {
      try {
        file.close();
      } catch (IOException e) {
        failure = join(failure, e);
      }
    }
    open.clear();
    try {
      generations.close();
    } catch (IOException e) {
      failure = join(failure, e);
    }
    try {
      watch.close();
    } catch (IOException e) {
      failure = join(failure, e);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static IOException join(@Nullable IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  // ---- discovery

  private static Set<String> keysOf(List<Target> targets) {
    return targets.stream().map(Target::key).collect(Collectors.toSet());
  }

  /**
   * Takes over changed targets. A file of one that is gone is handed to another target that it
   * matches, which goes on at the same byte; if there is none, it is read up to where it ends now.
   */
  private boolean retarget() {
    List<Target> current = targetSource.get();
    if (current == targets) {
      return false;
    }
    sink.settle();
    Set<String> keys = keysOf(current);
    for (TailedFile file : List.copyOf(open.values())) {
      if (keys.contains(file.target.key())) {
        file.keep();
      } else if (current.stream().anyMatch(target -> target.matches(file.path))) {
        reopenLater(file);
      } else {
        abandon(file);
      }
    }
    generations
        .release((target, path) ->
            !keys.contains(target.key()) && current.stream().anyMatch(other -> other.matches(path)))
        .forEach(positions::put);
    finished.values().removeIf(end -> !keys.contains(end.target.key()));
    positions.setTargets(keys);
    targets = current;
    return true;
  }

  private void abandon(TailedFile file) {
    try {
      file.abandonAt(file.content.size());
    } catch (IOException e) {
      troubles.unreadable(Path.of(file.path), e);
      reopenLater(file);
    }
  }

  private boolean concernsUs(Path path) {
    String text = path.toString();
    for (Target target : targets) {
      if (target.matches(text)) {
        return true;
      }
    }
    return Files.isDirectory(path);
  }

  private void scan() {
    troubles.beginScan();
    copiesInScan.clear();
    Set<Path> directories = new LinkedHashSet<>();
    Set<String> met = scannedTargets;
    DirectorySnapshots snapshots = new DirectorySnapshots();
    resumeRotated(met, snapshots);
    noticeTruncations(); // before a copy of what a file held is taken for a new file
    for (Target target : targets) {
      Set<Path> matches = TargetFiles.of(target, directories::add, troubles);
      if (!met.contains(target.key())) {
        matches.stream().filter(m -> isKnown(target, m)).toList().forEach(m -> visit(target, m));
      }
      matches.forEach(match -> visit(target, match));
    }
    binary.retainAll(binaryInScan);
    binaryInScan.clear();
    reopenGrown();
    forgetGone(snapshots);
    watch.watch(directories);
    troubles.endScan();
    scanned = true;
    scannedTargets = keysOf(targets);
  }

  private void noticeTruncations() {
    for (TailedFile file : List.copyOf(open.values())) {
      try {
        if (file.content.size() < file.readOffset() || reader.wasRewritten(file)) {
          startOver(file);
        }
      } catch (IOException e) {
        troubles.unreadable(Path.of(file.path), e);
      }
    }
  }

  /** Tells whether {@code path} leads to a file of the last run that is not open yet. */
  private boolean isKnown(Target target, Path path) {
    try {
      FileStat stat = FileStat.of(path);
      return stat != null && isKnown(target, new Siblings.Sibling(path, stat));
    } catch (IOException _) {
      return false; // reported when it is visited
    }
  }

  /** Tells whether that very file is known, and not one before it that had its inode. */
  private boolean isKnown(Target target, Siblings.Sibling sibling) {
    FilePosition position =
        positions.get(new FileId(target.key(), sibling.stat().device(), sibling.stat().inode()));
    return position != null && sibling.isFileOf(position);
  }

  /** Opens what {@code path} leads to, unless it is open, finished or no file. */
  private void visit(Target target, Path path) {
    try {
      FileStat stat = FileStat.of(path);
      if (stat == null || !stat.regularFile()) {
        return;
      }
      FileId id = new FileId(target.key(), stat.device(), stat.inode());
      Finished end = finished.get(id);
      if (open.containsKey(id)
          || isKnownBinary(id)
          || (end != null && end.sizeBytes == stat.sizeBytes() && !hasInodeOfAnother(id, stat))) {
        troubles.readable(path);
        return;
      }
      boolean isNew = !isKnown(target, new Siblings.Sibling(path, stat));
      if (isNew && (scanned || !firstRun) && isCopyOfOpen(target, path)) {
        copiesInScan.add(id);
        return;
      }
      if (isNew && positions.knowsPath(path.toString())) {
        searched.add(new Neighbourhood(target, path.toString(), directoryOf(path.toRealPath())));
      }
      open(target, path.toString(), path);
      troubles.readable(path);
    } catch (NoSuchFileException _) {
      // gone between the two looks
    } catch (IOException e) {
      troubles.unreadable(path, e);
    }
  }

  /** Tells whether a file that was read had the inode before, and is gone. */
  private boolean hasInodeOfAnother(FileId id, FileStat stat) {
    FilePosition position = positions.get(id);
    return position != null && !stat.isFile(position);
  }

  private boolean isKnownBinary(FileId id) {
    if (binary.contains(id)) {
      binaryInScan.add(id);
      return true;
    }
    return false;
  }

  /** A copy that is about to take the content of a file: it is read when that one is truncated. */
  private boolean isCopyOfOpen(Target target, Path candidate) throws IOException {
    for (TailedFile file : open.values()) {
      if (file.target == target
          && !file.rotated
          && isNamedAfter(file, candidate)
          && isCopy(file, candidate)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNamedAfter(TailedFile file, Path candidate) {
    Path of = Path.of(file.path);
    return candidate.getParent() != null
        && candidate.getParent().equals(of.getParent())
        && Siblings.isRotatedName(
            String.valueOf(of.getFileName()), String.valueOf(candidate.getFileName()));
  }

  /**
   * Opens the file at {@code location}; a file known under another path keeps that.
   *
   * @throws IOException if it cannot be read
   */
  private void open(Target target, String path, Path location) throws IOException {
    FileStat before = FileStat.of(location);
    FileContent content = FileContent.Plain.open(location);
    boolean kept = false;
    try {
      FileStat stat = FileStat.of(location);
      if (before == null
          || stat == null
          || before.inode() != stat.inode()
          || before.device() != stat.device()) {
        return; // renamed at this moment, so what is open may be either: the next look finds it
      }
      FileId id = new FileId(target.key(), stat.device(), stat.inode());
      byte[] head = new byte[FileHead.MAX_LENGTH];
      int size = TailedFile.readHead(content, head, head.length);
      StartPositions.Opened opened = new StartPositions.Opened(id, path, stat, content, head, size);
      if (config.skipBinaryFiles() && positions.get(id) == null && hasNul(head, size)) {
        binary.add(id);
        binaryInScan.add(id);
        log.info("{} holds NUL bytes and is skipped as no text", path);
        return;
      }
      FilePosition replaced = positions.replacedBy(opened);
      if (replaced != null) {
        readCopyFrom(target, replaced, replaced.offset());
        noteReadCopies(target, replaced);
      }
      StartPositions.Start taken = positions.take(opened);
      FilePosition start = taken.position();
      Path directory = directoryOf(location.toRealPath());
      positions.meet(start.path());
      TailedFile file =
          new TailedFile(
              target, start.path(), directory, content, stat, start, clock.monotonicNanos());
      if (!location.equals(Path.of(start.path()))) {
        file.rotated = true;
        file.rotatedAt = clock.monotonicNanos();
      }
      finished.remove(id);
      open.put(id, file);
      kept = true;
      if (start.offset() == 0) {
        sink.sighted(file.position());
      }
      // Not before the lines that lead up to it, nor before a file with this inode is forgotten.
      sink.advance(file.position());
      FileId knownBefore = taken.before();
      if (knownBefore != null && !knownBefore.equals(id)) {
        sink.advance(FilePosition.forget(knownBefore)); // or a later run would go on there
      }
      log.info("following {} (inode {}) from byte {}", location, id.inode(), start.offset());
    } finally {
      if (!kept) {
        content.close();
      }
    }
  }

  private static Path directoryOf(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private static boolean hasNul(byte[] bytes, int size) {
    for (int i = 0; i < size; i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Finds the files of the last run whose path leads elsewhere now, and reads them first.
   *
   * @param met targets for which that was done
   */
  private void resumeRotated(Set<String> met, DirectorySnapshots snapshots) {
    Map<Followed, List<FilePosition>> lost = new LinkedHashMap<>();
    for (FilePosition position : positions.all()) {
      Target target = newTargetOf(position, met);
      if (target == null) {
        continue;
      }
      try {
        FileStat atPath = FileStat.of(Path.of(position.path()));
        FileStat there = atPath != null && atPath.isFile(position.id()) ? atPath : null;
        if (there != null && !wasReplaced(position, there)) {
          continue;
        }
        Siblings.Sibling moved = there == null ? Siblings.findMoved(position, snapshots) : null;
        if (moved == null || Siblings.isCompressed(position.path(), moved.path())) {
          lost.computeIfAbsent(new Followed(target, position.path()), _ -> new ArrayList<>())
              .add(position);
          continue;
        }
        searched.add(new Neighbourhood(target, position.path(), directoryOf(moved.path())));
        if (position.id().target().equals(target.key())
            && position.offset() == moved.stat().sizeBytes()
            && Siblings.hasHead(moved.path(), position.head())) {
          finished.put(position.id(), new Finished(moved.path(), target, position.offset()));
          positions.meet(position.path());
          continue; // read to its end: most of them, where many are kept
        }
        open(target, position.path(), moved.path());
      } catch (IOException e) {
        troubles.unreadable(Path.of(position.path()), e);
      }
    }
    lost.forEach((followed, gone) -> {
      try {
        resumeCompressed(followed, gone);
      } catch (IOException e) {
        troubles.unreadable(Path.of(followed.path), e);
      }
    });
  }

  /**
   * Returns the target that goes on with a file of the last run, if it is a new one: its own, or
   * one that has its path when that is not there any more.
   */
  private @Nullable Target newTargetOf(FilePosition position, Set<String> met) {
    Target own = targetOf(position.id());
    if (own != null) {
      return met.contains(own.key()) ? null : own;
    }
    for (Target target : targets) {
      if (!met.contains(target.key()) && target.matches(position.path())) {
        FileId id = new FileId(target.key(), position.id().device(), position.id().inode());
        return open.containsKey(id) || positions.get(id) != null ? null : target;
      }
    }
    return null;
  }

  /** Tells whether another content stands where a file was: a truncated one's, or another file. */
  private static boolean wasReplaced(FilePosition position, FileStat stat) {
    return position.offset() > stat.sizeBytes()
        || position.bornAtAnotherTime(stat.bornNanos())
        || !Siblings.hasHead(Path.of(position.path()), position.head());
  }

  /** Goes on in the compressed files that {@code lost} became, and reads what came after them. */
  private void resumeCompressed(Followed followed, List<FilePosition> lost) throws IOException {
    Target target = followed.target;
    Path path = Path.of(followed.path);
    List<FilePosition> missing = new ArrayList<>(lost);
    for (GenerationSearch.Found one :
        search.find(Files.exists(path) ? path.toRealPath() : path, lost)) {
      Siblings.Sibling sibling = one.sibling();
      FileId id = new FileId(target.key(), sibling.stat().device(), sibling.stat().inode());
      FilePosition from = one.position();
      boolean isOurs = open.containsKey(id) || generations.contains(id);
      Compression compression = one.compression();
      if (from != null && compression != null && !isOurs) {
        missing.remove(from);
        FilePosition start = from.in(id, sibling.stat().bornNanos());
        goOn(from, start);
        generations.add(target, start, sibling.path(), compression, sibling.stat());
      } else if (!isOurs
          && !isKnown(target, sibling)
          && !target.matches(sibling.path().toString())) {
        if (compression != null) {
          FilePosition start =
              new FilePosition(
                  id, sibling.stat().bornNanos(), one.head(), 0, LineState.START, followed.path);
          sink.sighted(start);
          generations.add(target, start, sibling.path(), compression, sibling.stat());
        } else if (!isCopyOfPath(followed.path, sibling.path())) {
          log.info("{} was {} for a while: reading it too", sibling.path(), followed.path);
          open(target, followed.path, sibling.path());
        }
      }
    }
    for (FilePosition position : missing) {
      FileStat atPath = FileStat.of(path);
      if (atPath == null || !atPath.isFile(position.id())) {
        log.info(
            "{} (inode {}) was read to byte {} and is gone; what it got after that is lost",
            position.path(),
            position.id().inode(),
            position.offset());
      }
    }
  }

  /** Replaces what is known of a file by where it is from now on. */
  private void goOn(FilePosition before, FilePosition start) {
    positions.remove(before.id());
    sink.advance(start);
    if (!before.id().equals(start.id())) {
      sink.advance(FilePosition.forget(before.id()));
    }
  }

  private @Nullable Target targetOf(FileId id) {
    for (Target target : targets) {
      if (target.key().equals(id.target())) {
        return target;
      }
    }
    return null;
  }

  private void searchNeighbourhoods() {
    List<Neighbourhood> due = List.copyOf(searched);
    searched.clear();
    for (Neighbourhood around : due) {
      try {
        readMissedGenerations(around.target, around.path, around.directory);
      } catch (IOException e) {
        log.warn("cannot look for rotated files of {}: {}", around.path, e.toString());
      }
    }
  }

  /**
   * Opens the files that had the path for a while and lost it again before we looked: named as if
   * rotated from it, unknown, and younger than a generation that is known.
   */
  private void readMissedGenerations(Target target, String path, Path directory)
      throws IOException {
    noticeTruncations(); // or the copy of what a file held would look like a generation
    List<Siblings.Sibling> known = new ArrayList<>();
    List<Siblings.Sibling> unknown = new ArrayList<>();
    for (Siblings.Sibling sibling : Siblings.rotatedFrom(path, directory)) {
      FileId id = new FileId(target.key(), sibling.stat().device(), sibling.stat().inode());
      if (open.containsKey(id) || isKnown(target, sibling)) {
        known.add(sibling);
      } else if (!target.matches(sibling.path().toString()) && sibling.stat().sizeBytes() > 0) {
        unknown.add(sibling);
      }
    }
    for (Siblings.Sibling sibling : unknown) {
      if (sibling.isYoungerThanOneOf(known)
          && !sibling.isCopyOfOneOf(known)
          && !isCopyOfPath(path, sibling.path())) {
        log.info("{} was {} for a moment: reading it too", sibling.path(), path);
        open(target, path, sibling.path());
      }
    }
  }

  /** A copy that is just made of the present file: its content is read there. */
  private static boolean isCopyOfPath(String path, Path candidate) throws IOException {
    try (FileContent present = FileContent.Plain.open(Path.of(path));
        FileContent content = FileContent.Plain.open(candidate)) {
      return content.size() <= present.size() && Siblings.beginAlike(content, present);
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Tells whether {@code candidate} holds the beginning of {@code file}, or all of it. */
  private static boolean isCopy(TailedFile file, Path candidate) throws IOException {
    try (FileContent content = FileContent.Plain.open(candidate)) {
      return content.size() <= file.content.size() && Siblings.beginAlike(content, file.content);
    }
  }

  /** A closed file that was written to again, under a name that no glob matches. */
  private void reopenGrown() {
    for (Map.Entry<FileId, Finished> entry : List.copyOf(finished.entrySet())) {
      Finished end = entry.getValue();
      FilePosition position = positions.get(entry.getKey());
      try {
        FileStat stat = FileStat.of(end.location);
        if (stat != null
            && position != null
            && stat.isFile(entry.getKey())
            && stat.sizeBytes() != end.sizeBytes
            && !Siblings.isCompressed(position.path(), end.location)
            && isStillFileOf(position, new Siblings.Sibling(end.location, stat))) {
          open(end.target, position.path(), end.location);
        }
      } catch (IOException e) {
        troubles.unreadable(end.location, e);
      }
    }
  }

  /** The inode may belong to another file by now, as to the compressed form of any neighbour. */
  private static boolean isStillFileOf(FilePosition position, Siblings.Sibling sibling) {
    return sibling.isFileOf(position)
        || (position.head().length() == 0 && sibling.stat().isFile(position));
  }

  /** Drops the positions of closed files that no directory holds any more. */
  private void forgetGone(DirectorySnapshots snapshots) {
    for (FilePosition position : positions.all()) {
      if (!open.containsKey(position.id()) && !generations.contains(position.id())) {
        forgetIfGone(position, snapshots);
      }
    }
  }

  private void forgetIfGone(FilePosition position, DirectorySnapshots snapshots) {
    FileId id = position.id();
    try {
      Finished end = finished.get(id);
      FileStat stat = end == null ? null : FileStat.of(end.location);
      if (stat == null || !stat.isFile(position)) {
        stat = FileStat.of(Path.of(position.path()));
      }
      if (stat != null && stat.isFile(position)) {
        return;
      }
      Siblings.Sibling moved = Siblings.findMoved(position, snapshots);
      boolean hasTarget = targetOf(id) != null;
      if (moved == null && (hasTarget || !mayTargetsCome())) {
        if (!hasTarget) {
          log.info(
              "{} (inode {}) was read to byte {}, and then it and its target went; what it got"
                  + " after that, if anything, is not looked for",
              position.path(),
              id.inode(),
              position.offset());
        }
        positions.remove(id);
        finished.remove(id);
        sink.advance(FilePosition.forget(id));
      } else if (moved != null && end != null) {
        finished.put(id, new Finished(moved.path(), end.target, end.sizeBytes));
      }
    } catch (IOException e) {
      log.debug("cannot tell whether {} still exists: {}", position.path(), e.toString());
    }
  }

  private boolean mayTargetsCome() {
    return clock.monotonicNanos() - targetsAwaitedUntil < 0;
  }

  // ---- reading

  /** Returns whether there is more to read at once. */
  private boolean poll(TailedFile file, long now) {
    try {
      FileStat atPath = checkPath(file, now);
      boolean atEnd = false;
      boolean grew = false;
      int chunks = 0;
      while (!atEnd && chunks < QUOTA_CHUNKS && mayRead(file)) {
        switch (reader.read(file, sink)) {
          case READ -> {
            grew = true;
            chunks++;
          }
          case END -> atEnd = !wasRewritten(file, atPath);
          case REPLACED -> startOver(file);
        }
      }
      if (grew) {
        file.lastGrowth = now;
      }
      file.seenSize = Math.max(file.content.size(), file.readOffset());
      if (!file.rotated && file.isReadAsFarAsWanted(atEnd)) {
        reopenLater(file); // by another target, if there will be one
        return false;
      }
      if (!atEnd) {
        file.blocked = !mayRead(file);
        // While nothing can be read, it is looked at for rotations as often as one that is idle.
        file.nextPoll = file.blocked ? now + schedule.minPoll().toNanos() : now;
        return !file.blocked;
      }
      file.blocked = false;
      file.lastAtEnd = now;
      rest(file, now);
      pause(file, grew, now);
      return false;
    } catch (IOException e) {
      troubles.unreadable(Path.of(file.path), e);
      reopenLater(file);
      return false;
    }
  }

  /** Notices that the path leads to another file, and starts with that one at once. */
  private @Nullable FileStat checkPath(TailedFile file, long now) throws IOException {
    FileStat atPath;
    try {
      atPath = FileStat.of(Path.of(file.path));
    } catch (IOException e) {
      troubles.unreadable(Path.of(file.path), e);
      return null; // the open file can still be read
    }
    boolean ours = atPath != null && atPath.isFile(file.id);
    if (!ours && !file.rotated) {
      file.rotated = true;
      file.rotatedAt = now;
      counters.rotations.increment();
      Siblings.Sibling moved = Siblings.find(file.directory, file.id);
      log.info(
          "{} was {}; its last lines are read before it is closed",
          file.path,
          moved == null ? "deleted" : "renamed to " + moved.path());
      if (!file.isAbandoned()) {
        searched.add(new Neighbourhood(file.target, file.path, file.directory));
        if (atPath != null && !file.target.excludes(file.path)) {
          visit(file.target, Path.of(file.path));
        }
      }
    }
    file.rotated = !ours;
    return ours ? atPath : null;
  }

  /** At the end of the file: the same size, but was it written anew? */
  private boolean wasRewritten(TailedFile file, @Nullable FileStat atPath) throws IOException {
    if (atPath == null || atPath.modifiedNanos() == file.seenModifiedNanos) {
      return false;
    }
    file.seenModifiedNanos = atPath.modifiedNanos();
    if (reader.wasRewritten(file)) {
      startOver(file);
      return true;
    }
    return false;
  }

  private void startOver(TailedFile file) {
    counters.truncations.increment();
    long unread = Math.max(0, file.seenSize - file.readOffset());
    boolean copyFound = readCopyFrom(file.target, file.position(), file.readOffset());
    log.info(
        "{} was truncated after byte {}: read from its start{}",
        file.path,
        file.readOffset(),
        copyFound ? ", and its copy from there on" : "");
    if (!copyFound) {
      counters.bytesLost.add(unread);
      reader.sendTail(file, sink);
    }
    noteReadCopies(file.target, file.position()); // after the tail, or a crash would lose that
    file.restart();
    file.seenSize = 0;
    sink.advance(file.position());
  }

  /**
   * Looks for the copy that a truncated file left beside it and reads on there.
   *
   * @param lost the position in the content that is gone
   * @param readOffset how far that content was read, an unfinished line included
   * @return whether there is a copy that goes on behind that
   */
  private boolean readCopyFrom(Target target, FilePosition lost, long readOffset) {
    for (Siblings.Sibling copy : unknownCopies(target, lost)) {
      if (copy.stat().sizeBytes() > readOffset) {
        FileId id = new FileId(target.key(), copy.stat().device(), copy.stat().inode());
        positions.put(
            new FilePosition(
                id,
                copy.stat().bornNanos(),
                lost.head(),
                lost.offset(),
                lost.lineState(),
                lost.path()));
        try {
          open(target, lost.path(), copy.path());
          searched.add(new Neighbourhood(target, lost.path(), directoryOf(copy.path())));
          return open.containsKey(id);
        } catch (IOException e) {
          troubles.unreadable(copy.path(), e);
        }
      }
    }
    return false;
  }

  /** Copies that were made before our last look hold nothing new: they are noted as read. */
  private void noteReadCopies(Target target, FilePosition lost) {
    for (Siblings.Sibling copy : unknownCopies(target, lost)) {
      long size = copy.stat().sizeBytes();
      if (size <= lost.offset()) {
        FileId id = new FileId(target.key(), copy.stat().device(), copy.stat().inode());
        FilePosition read =
            new FilePosition(
                id,
                copy.stat().bornNanos(),
                Siblings.headOf(copy.path()),
                size,
                LineState.START,
                lost.path());
        positions.put(read);
        finished.put(id, new Finished(copy.path(), target, size));
        sink.advance(read);
      }
    }
  }

  /** Returns the files beside a truncated one that begin as it did and are followed nowhere. */
  private List<Siblings.Sibling> unknownCopies(Target target, FilePosition lost) {
    List<Siblings.Sibling> copies = new ArrayList<>();
    if (lost.head().length() == 0) {
      return copies;
    }
    for (Siblings.Sibling sibling :
        Siblings.rotatedFrom(lost.path(), directoryOf(Path.of(lost.path())))) {
      FileId id = new FileId(target.key(), sibling.stat().device(), sibling.stat().inode());
      if (!open.containsKey(id)
          && !isKnown(target, sibling)
          && (copiesInScan.contains(id) || Siblings.hasHead(sibling.path(), lost.head()))) {
        copies.add(sibling);
      }
    }
    return copies;
  }

  /** Nothing new: sends a tail that has waited long enough, closes a file that lost its name. */
  private void rest(TailedFile file, long now) {
    long idle = now - file.lastGrowth;
    if (file.rotated) {
      if (Math.min(idle, now - file.rotatedAt) >= config.rotateWait().toNanos()) {
        finish(file, new DirectorySnapshots());
      }
    } else if (config.partialLineTimeout().isPositive()
        && idle >= config.partialLineTimeout().toNanos()) {
      reader.sendTail(file, sink);
    }
  }

  private void finish(TailedFile file, DirectorySnapshots snapshots) {
    reader.sendTail(file, sink);
    open.remove(file.id);
    Siblings.Sibling moved = snapshots.find(file.directory, file.id);
    if (moved == null) {
      forgetOlder(file, snapshots);
      sink.advance(FilePosition.forget(file.id));
      log.info("{} (inode {}) is gone and was read to its end", file.path, file.id.inode());
    } else {
      positions.put(file.position());
      if (!file.isAbandoned()) {
        finished.put(file.id, new Finished(moved.path(), file.target, file.offset));
      }
      log.info("{} was read to its end", moved.path());
    }
    closeQuietly(file);
  }

  /**
   * Drops the positions of generations before {@code file} that are gone, too: a start that knew
   * one of them, and not that file, would take that for one that nobody read.
   */
  private void forgetOlder(TailedFile file, DirectorySnapshots snapshots) {
    for (FilePosition position : positions.all()) {
      if (position.path().equals(file.path)
          && position.id().target().equals(file.target.key())
          && !open.containsKey(position.id())) {
        forgetIfGone(position, snapshots);
      }
    }
  }

  private void pause(TailedFile file, boolean grew, long now) {
    long min = schedule.minPoll().toNanos();
    long max = schedule.maxPoll().toNanos();
    file.pollPause = grew ? min : Math.clamp(2 * file.pollPause, min, max);
    file.nextPoll = now + file.pollPause;
  }

  /** A read failed: the next scan opens the file again where it was left. */
  private void reopenLater(TailedFile file) {
    open.remove(file.id);
    positions.put(file.position());
    closeQuietly(file);
  }

  /** Keeps the number of files that are held open without a name under its limit. */
  private void giveUpTooMany() {
    if (open.size() <= config.maxRotatedFiles()) {
      return;
    }
    List<TailedFile> rotated = open.values().stream().filter(f -> f.rotated).toList();
    DirectorySnapshots snapshots = new DirectorySnapshots();
    int tooMany = rotated.size() - config.maxRotatedFiles();
    for (TailedFile file : rotated) {
      if (tooMany <= 0) {
        return;
      }
      tooMany--;
      Siblings.Sibling moved = snapshots.find(file.directory, file.id);
      if (moved != null) {
        reopenLater(file); // it still has a name: found again by it
        finished.put(file.id, new Finished(moved.path(), file.target, -1));
        continue;
      }
      long lost = Math.max(0, file.seenSize - file.offset);
      counters.bytesLost.add(lost);
      log.error(
          "{} (inode {}) was deleted and is given up with {} bytes unread, because more than {}"
              + " rotated files are open (tail_config.max_rotated_files)",
          file.path,
          file.id.inode(),
          lost,
          config.maxRotatedFiles());
      open.remove(file.id);
      sink.advance(FilePosition.forget(file.id));
      closeQuietly(file);
    }
  }

  private static void closeQuietly(TailedFile file) {
    try {
      file.close();
    } catch (IOException e) {
      log.warn("closing {} failed: {}", file.path, e.toString());
    }
  }

  private void publishStatus(long now) {
    List<FileStatus> all = new ArrayList<>(open.size());
    for (TailedFile file : open.values()) {
      boolean behind = file.seenSize > file.readOffset();
      all.add(
          new FileStatus(
              file.path,
              file.target.key(),
              file.readOffset(),
              file.seenSize,
              file.linesRead,
              behind ? Math.max(0, now - file.lastAtEnd) / 1_000_000 : 0,
              file.rotated));
    }
    generations.addStatus(all);
    status = all;
  }
}

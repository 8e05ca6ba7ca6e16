package io.skald.agent.tail;

import io.skald.agent.decompress.Compression;
import io.skald.agent.position.FileId;
import io.skald.agent.position.FilePosition;
import io.skald.agent.position.FileStat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the compressed generations of followed files that are still to be read, one after the
 * other, in the order in which they were added. Their positions count bytes of what they decode to,
 * under the identity of the compressed file. Confined to the reader thread.
 *
 * <p>One is open at a time: a decoder may hold many MiB. Younger files of the same path wait, so
 * that lines are handed on in the order in which they were written.
 */
final class GenerationReader {
  private static final Logger log = LoggerFactory.getLogger(GenerationReader.class);

  /** What may be read before other files have their turn. */
  private static final int QUOTA_CHUNKS = 4;

  /** What may be decoded in vain before other files have their turn. */
  private static final int SKIPPED_BYTES = 4 << 20;

  private final Deque<Waiting> queue = new ArrayDeque<>();
  private final LineReader reader;
  private final LineSink sink;
  private final TailCounters counters;
  private @Nullable Current current;

  /**
   * A file whose turn will come.
   *
   * @param start the position in what it decodes to; the path in it is that of its lines
   * @param location where it lay when it was found
   */
  private record Waiting(
      Target target, FilePosition start, Path location, Compression compression, long sizeBytes) {
    FileId id() {
      return start.id();
    }
  }

  /** The file at the head of the queue, opened. */
  private record Current(TailedFile file, DecodedFile content, Path location) {}

  GenerationReader(LineReader reader, LineSink sink, TailCounters counters) {
    this.reader = reader;
    this.sink = sink;
    this.counters = counters;
  }

  void add(
      Target target, FilePosition start, Path location, Compression compression, FileStat stat) {
    queue.add(new Waiting(target, start, location, compression, stat.sizeBytes()));
  }

  boolean contains(FileId id) {
    for (Waiting one : queue) {
      if (one.id().equals(id)) {
        return true;
      }
    }
    return false;
  }

  boolean isReading() {
    return !queue.isEmpty();
  }

  /** Tells whether older lines than those of {@code file} are still to come. */
  boolean holds(TailedFile file) {
    for (Waiting one : queue) {
      if (one.target == file.target && one.start.path().equals(file.path)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Lets go of some files, for other targets to go on with them.
   *
   * @param handedOver tells of a target and a path whether it is theirs
   * @return how far they were read
   */
  List<FilePosition> release(BiPredicate<Target, String> handedOver) {
    List<FilePosition> released = new ArrayList<>();
    Current open = current;
    if (open != null && handedOver.test(open.file.target, open.file.path)) {
      released.add(open.file.position());
      queue.remove();
      close(open);
    }
    queue.removeIf(one -> handedOver.test(one.target, one.start.path()) && released.add(one.start));
    return released;
  }

  /** Reads on; returns whether there is more to read at once. */
  boolean poll(long now) {
    Waiting next = queue.peek();
    if (next == null) {
      return false;
    }
    try {
      Current open = current == null ? open(next, now) : current;
      if (open == null) {
        queue.remove();
        sink.advance(FilePosition.forget(next.id()));
        log.error("{} is gone, so the rest of {} is lost", next.location, next.start.path());
        return true;
      }
      current = open;
      boolean ended = false;
      if (open.content.skipTo(open.file.readOffset(), SKIPPED_BYTES)) {
        for (int chunks = 0; chunks < QUOTA_CHUNKS && !ended && sink.hasRoom(); chunks++) {
          ended = reader.read(open.file, sink) != LineReader.Outcome.READ;
        }
      }
      if (ended) {
        log.info("{} was read to its end, as {}", open.location, open.file.path);
        finish(open);
      }
    } catch (IOException e) {
      giveUp(next, e);
    }
    return sink.hasRoom() && !queue.isEmpty();
  }

  private static @Nullable Current open(Waiting next, long now) throws IOException {
    FileStat stat = FileStat.of(next.location);
    Path location = next.location;
    if (stat == null || !stat.isFile(next.id())) {
      Path directory = location.getParent();
      Siblings.Sibling moved = directory == null ? null : Siblings.find(directory, next.id());
      if (moved == null) {
        return null;
      }
      location = moved.path();
      stat = moved.stat();
    }
    DecodedFile content = new DecodedFile(location, next.compression);
    log.info("reading {} from byte {} of its content", location, next.start.offset());
    return new Current(
        new TailedFile(next.target, next.start.path(), location, content, stat, next.start, now),
        content,
        location);
  }

  /** What cannot be decoded now cannot be decoded later: the younger files must not wait for it. */
  private void giveUp(Waiting failed, IOException e) {
    counters.filesDamaged.increment();
    log.error(
        "{}. What came before is sent, the rest of {} in it is lost",
        e instanceof DamagedFileException ? e.getMessage() : failed.location + ": " + e,
        failed.start.path());
    Current open = current;
    if (open == null) {
      queue.remove();
      sink.advance(FilePosition.forget(failed.id()));
    } else {
      finish(open);
    }
  }

  private void finish(Current open) {
    reader.sendTail(open.file, sink);
    sink.advance(FilePosition.forget(open.file.id));
    queue.remove();
    close(open);
  }

  private void close(Current open) {
    current = null;
    try {
      open.file.close();
    } catch (IOException e) {
      log.warn("closing {} failed: {}", open.location, e.toString());
    }
  }

  /** Adds how the files stand: in bytes of the compressed files, under their own names. */
  void addStatus(List<FileStatus> all) {
    Current open = current;
    for (Waiting one : queue) {
      Current reading = open != null && open.file.id.equals(one.id()) ? open : null;
      all.add(
          new FileStatus(
              one.location.toString(),
              one.target.key(),
              reading == null ? 0 : reading.content.encodedBytes(),
              one.sizeBytes,
              reading == null ? 0 : reading.file.linesRead,
              0,
              true));
    }
  }

  /** Lets go of the open file; its position is that of the last lines handed on. */
  void close() throws IOException {
    Current open = current;
    current = null;
    queue.clear();
    if (open != null) {
      open.file.close();
    }
  }
}

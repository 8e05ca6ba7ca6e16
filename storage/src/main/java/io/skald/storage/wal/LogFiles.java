package io.skald.storage.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files the log has, and which may go. Thread-safe.
 *
 * <p>The file with the highest number is never deleted: the next number follows from it, and a
 * number that came twice would make new records look flushed already.
 */
final class LogFiles {
  private static final Logger log = LoggerFactory.getLogger(LogFiles.class);
  static final String UNFINISHED_SUFFIX = ".tmp";

  private final WalDisk disk;
  private final NavigableMap<Integer, Long> segmentBytes = new TreeMap<>();
  private final NavigableSet<Integer> checkpoints = new TreeSet<>();

  /** Whether files that were deleted may be there again after the machine lost power. */
  private boolean deletionsUnsynced;

  /** Lists the directory and deletes what an interrupted checkpoint left. */
  LogFiles(WalDisk disk) throws IOException {
    this.disk = disk;
    for (String name : disk.list()) {
      int segment = SegmentFormat.segmentNumber(name);
      int checkpoint = SegmentFormat.checkpointNumber(name);
      if (segment >= 0) {
        try (WalDisk.Input input = disk.open(name)) {
          segmentBytes.put(segment, input.size());
        }
      } else if (checkpoint >= 0) {
        checkpoints.add(checkpoint);
      } else if (name.endsWith(UNFINISHED_SUFFIX)) {
        disk.delete(name);
      }
    }
  }

  synchronized List<Integer> segments() {
    return List.copyOf(segmentBytes.keySet());
  }

  /** Returns the numbers of the checkpoints; only the last one counts. */
  synchronized List<Integer> checkpoints() {
    return List.copyOf(checkpoints);
  }

  /** Returns the number for the next segment. */
  synchronized int nextSegment() {
    int afterSegments = segmentBytes.isEmpty() ? 1 : segmentBytes.lastKey() + 1;
    return checkpoints.isEmpty() ? afterSegments : Math.max(afterSegments, checkpoints.last());
  }

  synchronized void segmentGrew(int number, long bytes) {
    segmentBytes.put(number, bytes);
  }

  synchronized void checkpointWritten(int number) {
    checkpoints.add(number);
  }

  synchronized long bytes() {
    return segmentBytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the bytes of all segments but the last. */
  synchronized long closedBytes() {
    return segmentBytes.isEmpty()
        ? 0
        : segmentBytes.headMap(segmentBytes.lastKey()).values().stream()
            .mapToLong(Long::longValue)
            .sum();
  }

  synchronized int segmentCount() {
    return segmentBytes.size();
  }

  /**
   * Deletes the segments before {@code segment}, and the checkpoints that say nothing about the
   * rest. A file that cannot be deleted is kept in the list and tried again the next time.
   *
   * @param keepCheckpoint whether to keep the last checkpoint although it covers nothing from
   *     {@code segment} on
   */
  synchronized void deleteBefore(int segment, boolean keepCheckpoint) {
    int lastSegment = segmentBytes.isEmpty() ? 0 : segmentBytes.lastKey();
    int lastCheckpoint = checkpoints.isEmpty() ? 0 : checkpoints.last();
    List<Integer> goneSegments = new ArrayList<>();
    for (int number : segmentBytes.headMap(segment).keySet()) {
      if (number < Math.max(lastSegment, lastCheckpoint)
          && delete(SegmentFormat.segmentName(number))) {
        goneSegments.add(number);
      }
    }
    goneSegments.forEach(segmentBytes::remove);
    List<Integer> goneCheckpoints = new ArrayList<>();
    for (int number : checkpoints) {
      boolean saysNothing = number <= segment && number <= lastSegment && !keepCheckpoint;
      if ((number < lastCheckpoint || saysNothing)
          && delete(SegmentFormat.checkpointName(number))) {
        goneCheckpoints.add(number);
      }
    }
    goneCheckpoints.forEach(checkpoints::remove);
    deletionsUnsynced |= !goneSegments.isEmpty() || !goneCheckpoints.isEmpty();
    if (deletionsUnsynced) {
      force();
    }
  }

  private void force() {
    try {
      disk.force();
      deletionsUnsynced = false;
    } catch (IOException e) {
      log.warn("cannot sync the WAL directory {}: {}", disk, e.toString());
    }
  }

  /**
   * Takes a checkpoint away that may not count, as its name could not be made durable.
   *
   * @throws IOException if it cannot be deleted
   */
  synchronized void deleteUncommitted(int checkpoint) throws IOException {
    deletionsUnsynced = true; // it may be durable under that name by now
    disk.delete(SegmentFormat.checkpointName(checkpoint));
  }

  /** Returns a position that is not after any record which a replay would hand over. */
  synchronized long oldestReplayable() {
    boolean fromSegmentsOnly = checkpoints.isEmpty() && !deletionsUnsynced;
    return fromSegmentsOnly
        ? WalPosition.of(segmentBytes.isEmpty() ? 0 : segmentBytes.firstKey(), 0)
        : WalPosition.NONE;
  }

  /** Deletes a segment that holds no record, unless the numbering needs it. */
  synchronized void deleteUnused(int number) {
    if (segmentBytes.size() > 1 && delete(SegmentFormat.segmentName(number))) {
      segmentBytes.remove(number);
    }
  }

  private boolean delete(String name) {
    try {
      disk.delete(name);
      return true;
    } catch (IOException e) {
      log.warn("cannot delete {} in the WAL directory {}: {}", name, disk, e.toString());
      return false;
    }
  }
}

package io.skald.storage.wal;

import io.skald.common.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes groups of records to the current segment and makes each group durable with one sync.
 * Confined to the log's thread.
 *
 * <p>After any failure the segment is left behind and the next group begins a new one: after a
 * failed sync the kernel may call pages clean that never reached the disk, so nothing can be built
 * on that file. Between attempts groups are refused for a while without touching the disk.
 */
final class LogWriter {
  private static final Logger log = LoggerFactory.getLogger(LogWriter.class);
  private static final int STAGING_BYTES = 1 << 20;

  private final WalDisk disk;
  private final LogFiles files;
  private final WalConfig config;
  private final Clock clock;
  private final WalCounters counters;
  private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
  private @Nullable SegmentWriter current;
  private @Nullable IOException lastFailure;
  private long failedAtNanos;

  LogWriter(WalDisk disk, LogFiles files, WalConfig config, Clock clock, WalCounters counters) {
    this.disk = disk;
    this.files = files;
    this.config = config;
    this.clock = clock;
    this.counters = counters;
  }

  /**
   * Writes a group and gives each record its position.
   *
   * @param minSegment the group must lie in this segment or a later one
   * @throws IOException if nothing of the group may be acknowledged
   */
  void commit(List<PendingAppend> group, int minSegment) throws IOException {
    IOException failure = lastFailure;
    if (failure != null && clock.monotonicNanos() - failedAtNanos < config.retryDelay().toNanos()) {
      throw failure;
    }
    try {
      write(group, minSegment);
    } catch (IOException e) {
      leaveSegment(e);
      throw e;
    } catch (RuntimeException e) {
      IOException wrapped = new IOException("the WAL could not be written: " + e, e);
      leaveSegment(wrapped);
      throw wrapped;
    }
    if (failure != null) {
      lastFailure = null;
      log.info("the WAL in {} can be written again", disk);
    }
  }

  private void write(List<PendingAppend> group, int minSegment) throws IOException {
    long bytes = 0;
    for (PendingAppend append : group) {
      bytes += append.recordBytes();
    }
    SegmentWriter segment = segmentFor(bytes, minSegment);
    for (PendingAppend append : group) {
      long offset = segment.append(append.record(), append.payloadChecksum());
      append.written(WalPosition.of(segment.number(), offset));
    }
    long startNanos = clock.monotonicNanos();
    segment.force();
    counters.synced(clock.monotonicNanos() - startNanos, group.size(), bytes);
    files.segmentGrew(segment.number(), segment.durableEnd());
  }

  private SegmentWriter segmentFor(long bytes, int minSegment) throws IOException {
    SegmentWriter segment = current;
    if (segment != null
        && (segment.number() < minSegment
            || (segment.hasRecords() && segment.end() + bytes > config.segmentSizeBytes()))) {
      closeSegment();
      segment = null;
    }
    return segment == null ? begin(Math.max(files.nextSegment(), minSegment)) : segment;
  }

  private SegmentWriter begin(int number) throws IOException {
    String file = SegmentFormat.segmentName(number);
    try {
      SegmentWriter segment =
          new SegmentWriter(disk, file, SegmentFormat.SEGMENT_MAGIC, number, staging);
      current = segment;
      disk.force();
      files.segmentGrew(number, segment.end());
      return segment;
    } catch (IOException e) {
      try {
        disk.delete(file);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private void leaveSegment(IOException cause) {
    SegmentWriter segment = current;
    current = null;
    if (segment != null) {
      segment.abandon(cause);
      if (segment.durableEnd() == SegmentFormat.FILE_HEADER_BYTES) {
        files.deleteUnused(segment.number());
      } else {
        files.segmentGrew(segment.number(), segment.durableEnd());
      }
    }
    counters.failed();
    failedAtNanos = clock.monotonicNanos();
    if (lastFailure == null) {
      log.error("cannot write the WAL in {}; pushes are refused until it works", disk, cause);
    }
    lastFailure = cause;
  }

  /**
   * Closes the current segment if it has records, so that everything written from now on lies in a
   * later one.
   *
   * @return the lowest segment number that later records can have
   */
  int rotate() throws IOException {
    SegmentWriter segment = current;
    if (segment != null) {
      if (!segment.hasRecords()) {
        return segment.number();
      }
      closeSegment();
    }
    return files.nextSegment();
  }

  /** Begins a segment without records, which only carries on the numbering. */
  void beginEmptySegment() throws IOException {
    SegmentWriter segment = current;
    if (segment == null || segment.hasRecords()) {
      closeSegment();
      segment = begin(files.nextSegment());
    }
    segment.force();
  }

  /** Closes the current segment; everything in it is durable. */
  void closeSegment() throws IOException {
    SegmentWriter segment = current;
    current = null;
    if (segment != null) {
      segment.close();
    }
  }
}

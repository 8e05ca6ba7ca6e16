package io.skald.storage.wal;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.wal.SegmentReader.RawRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays a log once: the newest checkpoint, then every segment.
 *
 * <p>The calling thread reads the files and hands records to the target in log order. In between,
 * checksums and decoding run on a pool; at most {@code maxBytesInFlight} bytes of payload (and one
 * record) wait there.
 */
final class LogReplay {
  private static final Logger log = LoggerFactory.getLogger(LogReplay.class);

  private final WalDisk disk;
  private final LogFiles files;
  private final ReplayTarget target;
  private final int decoderCount;
  private final ThreadFactory threads;
  private final long maxBytesInFlight;
  private final Map<Fingerprint, Labels> knownLabels = new ConcurrentHashMap<>();
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final List<WalDamage> damages = new ArrayList<>();
  private long bytesInFlight;
  private long damageCount;
  private long checkpointChunks;
  private long records;
  private long bytes;
  private long tornTailBytes;
  private boolean sawCheckpointEnd;

  /** A record on its way through the pool. */
  private record Pending(
      String file, long position, long offset, int payloadBytes, Future<RecordContent> content) {}

  LogReplay(
      WalDisk disk,
      LogFiles files,
      ReplayTarget target,
      int decoderCount,
      ThreadFactory threads,
      long maxBytesInFlight) {
    this.disk = disk;
    this.files = files;
    this.target = target;
    this.decoderCount = decoderCount;
    this.threads = threads;
    this.maxBytesInFlight = maxBytesInFlight;
  }

  /**
   * @throws IOException if a file cannot be read at all
   * @throws StorageException if a file has a version that this program does not know
   */
  ReplayReport run() throws IOException {
    List<Integer> segments = files.segments();
    List<Integer> checkpoints = files.checkpoints();
    try (ExecutorService decoders = Executors.newFixedThreadPool(decoderCount, this::decoder)) {
      if (!checkpoints.isEmpty()) {
        replayCheckpoint(checkpoints.getLast(), decoders);
      }
      for (int i = 0; i < segments.size(); i++) {
        replaySegment(segments.get(i), i == segments.size() - 1, decoders);
      }
      applyDownTo(0);
    }
    return new ReplayReport(
        segments.size(), checkpointChunks, records, bytes, damages, damageCount, tornTailBytes);
  }

  private Thread decoder(Runnable task) {
    Thread thread = threads.newThread(task);
    thread.setName("wal-replay");
    thread.setDaemon(true);
    return thread;
  }

  private void replayCheckpoint(int number, ExecutorService decoders) throws IOException {
    String file = SegmentFormat.checkpointName(number);
    try (SegmentReader reader =
        new SegmentReader(disk, file, SegmentFormat.CHECKPOINT_MAGIC, number, this::reportDamage)) {
      readAll(reader, file, WalPosition.NONE, decoders);
      applyDownTo(0);
      if (!sawCheckpointEnd) {
        reportDamage(new WalDamage(file, reader.size(), 0, "the end record is missing"));
      }
    }
  }

  private void replaySegment(int number, boolean last, ExecutorService decoders)
      throws IOException {
    String file = SegmentFormat.segmentName(number);
    List<WalDamage> found = new ArrayList<>();
    long size;
    long validEnd;
    boolean unfinished;
    try (SegmentReader reader =
        new SegmentReader(disk, file, SegmentFormat.SEGMENT_MAGIC, number, found::add)) {
      readAll(reader, file, WalPosition.of(number, 0), decoders);
      size = reader.size();
      validEnd = reader.validEnd();
      unfinished = reader.isUnfinishedHeader();
    }
    if (size == 0) {
      found.clear(); // created and never written, or cut by an earlier start
    } else if (last && unfinished) {
      found.clear();
      cutTail(number, file, size, 0);
    } else if (last && validEnd > 0) {
      if (validEnd < size) {
        found.removeLast();
      }
      cutTail(number, file, size, validEnd);
    }
    found.forEach(this::reportDamage);
  }

  /**
   * Cuts a torn tail, which was never acknowledged: it was being written when the process or
   * machine died. Also where there is none the end of the segment is made durable: what is handed
   * over from now on is told to readers, and must not be gone after the next crash.
   */
  private void cutTail(int number, String file, long size, long validEnd) throws IOException {
    if (validEnd < size) {
      log.warn(
          "cut {} bytes of an unfinished write from the WAL: file {}, offset {}, directory {}",
          size - validEnd,
          file,
          validEnd,
          disk);
    }
    tornTailBytes = size - validEnd;
    disk.truncate(file, validEnd);
    files.segmentGrew(number, validEnd);
  }

  private void readAll(
      SegmentReader reader, String file, long positionBase, ExecutorService decoders)
      throws IOException {
    for (RawRecord record; (record = reader.next()) != null; ) {
      RawRecord raw = record;
      int payloadBytes = raw.payload().length;
      pending.add(
          new Pending(
              file,
              positionBase + raw.offset(),
              raw.offset(),
              payloadBytes,
              decoders.submit(() -> RecordContent.decode(raw, knownLabels))));
      bytesInFlight += payloadBytes;
      applyDownTo(maxBytesInFlight);
    }
  }

  private void applyDownTo(long maxBytes) throws IOException {
    while (!pending.isEmpty() && (bytesInFlight > maxBytes || maxBytes == 0)) {
      Pending next = pending.remove();
      bytesInFlight -= next.payloadBytes;
      apply(next);
    }
  }

  private void apply(Pending next) throws IOException {
    switch (await(next.content)) {
      case RecordContent.Push(var push) -> {
        records++;
        bytes += next.payloadBytes;
        target.push(next.position, push.tenant(), push.key(), push.batches());
      }
      case RecordContent.Chunk(var chunk) -> {
        checkpointChunks++;
        bytes += next.payloadBytes;
        target.checkpoint(chunk);
      }
      case RecordContent.CheckpointEnd _ -> sawCheckpointEnd = true;
      case RecordContent.Unreadable(var reason) ->
          reportDamage(
              new WalDamage(
                  next.file,
                  next.offset,
                  SegmentFormat.RECORD_HEADER_BYTES + (long) next.payloadBytes,
                  reason));
    }
  }

  private static RecordContent await(Future<RecordContent> content) throws IOException {
    try {
      return content.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the WAL was replayed", e);
    } catch (ExecutionException e) {
      throw new IOException("cannot decode a WAL record", e.getCause());
    }
  }

  private void reportDamage(WalDamage damage) {
    damageCount++;
    if (damages.size() < ReplayReport.MAX_DAMAGES) {
      damages.add(damage);
      log.warn("skipped damaged part of the WAL in {}: {}", disk, damage);
    }
  }
}

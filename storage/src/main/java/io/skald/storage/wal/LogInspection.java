package io.skald.storage.wal;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.StorageException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.wal.CheckpointChunk.Block;
import io.skald.storage.wal.LogFileReport.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads every file of a log and changes nothing. */
public final class LogInspection {
  private final WalDisk disk;

  /**
   * @param disk of a log that is not open
   */
  public LogInspection(WalDisk disk) {
    this.disk = disk;
  }

  /**
   * Returns what the files hold: checkpoints, then segments in order, then the rest.
   *
   * @throws IOException if a file cannot be read at all
   */
  public List<LogFileReport> run() throws IOException {
    List<String> names = new ArrayList<>(disk.list());
    names.sort(Comparator.comparing(LogInspection::kind).thenComparing(Comparator.naturalOrder()));
    int lastSegment = names.stream().mapToInt(SegmentFormat::segmentNumber).max().orElse(-1);
    List<LogFileReport> reports = new ArrayList<>();
    for (String name : names) {
      reports.add(
          switch (kind(name)) {
            case CHECKPOINT -> {
              int number = SegmentFormat.checkpointNumber(name);
              yield read(name, Kind.CHECKPOINT, SegmentFormat.CHECKPOINT_MAGIC, number, false);
            }
            case SEGMENT -> {
              int number = SegmentFormat.segmentNumber(name);
              yield read(
                  name, Kind.SEGMENT, SegmentFormat.SEGMENT_MAGIC, number, number == lastSegment);
            }
            case UNFINISHED, OTHER -> new Contents().report(name, kind(name), size(name), "");
          });
    }
    return reports;
  }

  private static Kind kind(String name) {
    if (SegmentFormat.checkpointNumber(name) >= 0) {
      return Kind.CHECKPOINT;
    } else if (SegmentFormat.segmentNumber(name) >= 0) {
      return Kind.SEGMENT;
    }
    return name.endsWith(LogFiles.UNFINISHED_SUFFIX) ? Kind.UNFINISHED : Kind.OTHER;
  }

  private long size(String name) throws IOException {
    try (WalDisk.Input input = disk.open(name)) {
      return input.size();
    }
  }

  private LogFileReport read(String name, Kind kind, byte[] magic, int number, boolean last)
      throws IOException {
    Contents contents = new Contents();
    try (SegmentReader reader =
        new SegmentReader(disk, name, magic, number, contents.damages::add)) {
      for (SegmentReader.RawRecord record; (record = reader.next()) != null; ) {
        contents.add(name, record);
      }
      if (last && reader.validEnd() > 0 && reader.validEnd() < reader.size()) {
        contents.damages.removeLast();
        contents.tornTailBytes = reader.size() - reader.validEnd();
      }
      if (kind == Kind.CHECKPOINT && !contents.ended) {
        contents.damages.add(new WalDamage(name, reader.size(), 0, "the end record is missing"));
      }
      return contents.report(name, kind, reader.size(), "");
    } catch (StorageException e) {
      return contents.report(name, kind, size(name), String.valueOf(e.getMessage()));
    }
  }

  /** Sums up the records of one file. */
  private static final class Contents {
    final List<WalDamage> damages = new ArrayList<>();
    private final Map<Fingerprint, Labels> knownLabels = new HashMap<>();
    private final TreeSet<TenantId> tenants = new TreeSet<>(Comparator.comparing(TenantId::value));
    private long records;
    private long entries;
    private long minTimestamp = Long.MAX_VALUE;
    private long maxTimestamp = Long.MIN_VALUE;
    long tornTailBytes;
    boolean ended;

    void add(String name, SegmentReader.RawRecord raw) {
      switch (RecordContent.decode(raw, knownLabels)) {
        case RecordContent.Push(var push) -> {
          records++;
          tenants.add(push.tenant());
          for (StreamBatch batch : push.batches()) {
            add(batch.entries());
          }
        }
        case RecordContent.Chunk(var chunk) -> {
          records++;
          tenants.add(chunk.tenant());
          for (Block block : chunk.blocks()) {
            if (block instanceof Block.Columns(var columns)) {
              add(columns);
            }
          }
        }
        case RecordContent.CheckpointEnd _ -> ended = true;
        case RecordContent.Unreadable(var reason) ->
            damages.add(
                new WalDamage(
                    name,
                    raw.offset(),
                    SegmentFormat.RECORD_HEADER_BYTES + (long) raw.payload().length,
                    reason));
      }
    }

    private void add(EntryBatch batch) {
      entries += batch.size();
      for (int i = 0; i < batch.size(); i++) {
        minTimestamp = Math.min(minTimestamp, batch.timestamp(i));
        maxTimestamp = Math.max(maxTimestamp, batch.timestamp(i));
      }
    }

    LogFileReport report(String name, Kind kind, long bytes, String refusal) {
      return new LogFileReport(
          name,
          kind,
          bytes,
          records,
          tenants,
          entries,
          minTimestamp,
          maxTimestamp,
          damages,
          tornTailBytes,
          refusal);
    }
  }
}

package io.skald.ingester;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.SealedBlocks;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.wal.CheckpointChunk;
import io.skald.storage.wal.CheckpointChunk.Block;
import io.skald.storage.wal.CheckpointWriter;
import io.skald.storage.wal.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log short: deletes segments whose records are all flushed, and writes a checkpoint when
 * slow streams hold too many. Used between flush cycles, by one thread at a time.
 */
final class LogRetention {
  private static final Logger log = LoggerFactory.getLogger(LogRetention.class);

  private final IngesterConfig.Wal config;
  private final Tenants tenants;
  private final WriteAheadLog wal;
  private final LabelIndex index;
  private final MemoryAccount memory;
  private final BatchWindow batches;
  private final FlushCounters counters;
  private final Clock clock;
  private long lastCheckpointNanos;
  private long forgottenBefore;
  private boolean failing;

  LogRetention(
      IngesterConfig.Wal config,
      Tenants tenants,
      WriteAheadLog wal,
      LabelIndex index,
      MemoryAccount memory,
      BatchWindow batches,
      FlushCounters counters,
      Clock clock) {
    this.config = config;
    this.tenants = tenants;
    this.wal = wal;
    this.index = index;
    this.memory = memory;
    this.batches = batches;
    this.counters = counters;
    this.clock = clock;
    this.lastCheckpointNanos = clock.monotonicNanos();
  }

  void run() {
    if (index.settle()) {
      deleteFlushed(); // the log is what an index that lies on this machine only is made from
    }
    if (needsCheckpoint()) {
      writeCheckpoint();
    }
    forgetPositions();
    batches.saveAgain(); // there may be room on the disk now
  }

  /** The applied position is read first: what is appended later lies behind it. */
  private void deleteFlushed() {
    long applied = wal.appliedThrough();
    wal.deleteBefore(Math.min(applied, tenants.oldestUnflushed()));
  }

  /**
   * A checkpoint costs as much as what is unflushed, so it must save more. It is due when the log
   * is too large, or after a while when it holds twice as much as the checkpoint would.
   */
  private boolean needsCheckpoint() {
    long bytes = wal.closedSegmentBytes();
    long sinceLast = clock.monotonicNanos() - lastCheckpointNanos;
    boolean worthwhile = bytes > 2 * memory.unflushedBytes();
    return bytes > config.checkpointSize()
        || (worthwhile && sinceLast >= config.checkpointDuration().toNanos());
  }

  private void writeCheckpoint() {
    lastCheckpointNanos = clock.monotonicNanos();
    try (CheckpointWriter checkpoint = wal.beginCheckpoint()) {
      for (TenantStreams tenant : tenants.all()) {
        for (LiveStream stream : tenant.all()) {
          for (LiveStream.CheckpointSource source : stream.checkpointSources()) {
            checkpoint.add(chunk(tenant.tenant(), stream, source));
          }
        }
      }
      batches.save(); // of records that will be skipped
      checkpoint.commit();
      counters.checkpointWritten();
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        log.error("cannot write a WAL checkpoint; the older segments stay", e);
      }
      failing = true;
    }
  }

  private static CheckpointChunk chunk(
      TenantId tenant, LiveStream stream, LiveStream.CheckpointSource source) {
    List<Block> blocks = new ArrayList<>();
    for (LiveBlock block : source.blocks()) {
      Head.Snapshot raw = block.raw();
      blocks.add(
          raw == null
              ? new Block.Sealed(SealedBlocks.encode(block.sealed()))
              : new Block.Columns(raw.arrivals()));
    }
    Head.Snapshot head = source.head();
    if (head != null) {
      blocks.add(new Block.Columns(head.arrivals()));
    }
    return new CheckpointChunk(
        tenant,
        stream.fingerprint(),
        stream.labels(),
        source.coveredThrough(),
        source.chunk().id(),
        source.firstPosition(),
        source.lastPosition(),
        source.chunk().firstAppendNanos(),
        blocks);
  }

  /** Positions of records that no file holds any more need no memory in the index. */
  private void forgetPositions() {
    long oldest = wal.oldestReplayable();
    if (oldest > forgottenBefore) {
      index.forgetFlushedBefore(oldest);
      forgottenBefore = oldest;
    }
  }
}

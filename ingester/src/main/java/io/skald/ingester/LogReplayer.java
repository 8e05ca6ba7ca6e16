package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.StorageException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.SealedBlocks;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.pattern.PatternMiner;
import io.skald.storage.wal.CheckpointChunk;
import io.skald.storage.wal.CheckpointChunk.Block;
import io.skald.storage.wal.ReplayTarget;
import io.skald.storage.wal.WalPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what a log holds back into streams, without what is flushed already. Used by one thread,
 * before anything is pushed.
 */
final class LogReplayer implements ReplayTarget {
  private static final Logger log = LoggerFactory.getLogger(LogReplayer.class);

  private final Tenants tenants;
  private final BatchWindow batchWindow;
  private final LabelIndex index;
  private final ColumnDecoder decoder;
  private final StreamRules rules;
  private final MemoryAccount memory;
  private final Runnable relieveMemory;
  private final long nowNanos;
  private final MetadataMapping mapping = new MetadataMapping();

  /** Only of this replay: what was known before may stand for the very record at hand. */
  private final SeenBatches seen = new SeenBatches();

  private final Map<StreamKey, Coverage> coverages = new HashMap<>();

  private record StreamKey(TenantId tenant, Fingerprint fingerprint) {}

  /** Up to where a stream's records are in the index, and in the index or the checkpoint. */
  private static final class Coverage {
    final long flushedThrough;
    long coveredThrough;

    Coverage(long flushedThrough) {
      this.flushedThrough = flushedThrough;
      this.coveredThrough = flushedThrough;
    }
  }

  /**
   * @param batchWindow is told of batches whose entries come into memory
   * @param relieveMemory flushes when memory is short; called between records
   */
  LogReplayer(
      Tenants tenants,
      BatchWindow batchWindow,
      LabelIndex index,
      ColumnDecoder decoder,
      StreamRules rules,
      MemoryAccount memory,
      Runnable relieveMemory,
      long nowNanos) {
    this.tenants = tenants;
    this.batchWindow = batchWindow;
    this.index = index;
    this.decoder = decoder;
    this.rules = rules;
    this.memory = memory;
    this.relieveMemory = relieveMemory;
    this.nowNanos = nowNanos;
  }

  @Override
  public void checkpoint(CheckpointChunk chunk) {
    Coverage coverage = coverage(chunk.tenant(), chunk.fingerprint());
    coverage.coveredThrough = Math.max(coverage.coveredThrough, chunk.coveredThrough());
    if (chunk.lastPosition() > coverage.flushedThrough) {
      LiveStream stream = stream(chunk.tenant(), chunk.labels(), chunk.fingerprint());
      List<LiveBlock> blocks = blocks(chunk, stream.miner());
      if (!blocks.isEmpty()) {
        stream.restore(chunk, blocks);
      }
    }
    giveWay();
  }

  @Override
  public void push(
      long position, TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    // A push that was refused, and stored when it came again, may be in the log twice.
    Set<Fingerprint> known = key == null ? Set.of() : seen.stored(tenant, key);
    List<Fingerprint> taken = new ArrayList<>();
    for (StreamBatch batch : batches) {
      if (batch.entries().size() > 0
          && position > coverage(tenant, batch.fingerprint()).coveredThrough
          && !known.contains(batch.fingerprint())) {
        LiveStream stream = stream(tenant, batch.labels(), batch.fingerprint());
        memory.unflushedChanged(stream.replay(position, batch.entries(), nowNanos, mapping));
        taken.add(batch.fingerprint());
      }
    }
    if (key != null && !taken.isEmpty()) {
      seen.add(tenant, key, taken, nowNanos);
      batchWindow.stored(tenant, key, taken);
    }
    giveWay();
  }

  private void giveWay() {
    memory.awaitSealing();
    if (memory.excessBytes() > 0) {
      relieveMemory.run();
    }
  }

  private List<LiveBlock> blocks(CheckpointChunk chunk, @Nullable PatternMiner miner) {
    List<LiveBlock> blocks = new ArrayList<>();
    for (Block block : chunk.blocks()) {
      switch (block) {
        case Block.Columns(var entries) -> addColumns(entries, miner, blocks);
        case Block.Sealed(var bytes) -> addSealed(chunk, bytes, miner, blocks);
      }
    }
    return blocks;
  }

  private void addColumns(
      EntryBatch entries, @Nullable PatternMiner miner, List<LiveBlock> blocks) {
    for (int at = 0; at < entries.size(); ) {
      Head head = new Head(rules.chunkBlockSize(), entries.lineBytes(), entries.size());
      mapping.begin(entries.metadata());
      at = head.append(entries, at, mapping);
      LiveBlock block = new LiveBlock(head, miner);
      memory.unflushedChanged(block.rawBytes());
      rules.seal(block);
      blocks.add(block);
    }
  }

  private void addSealed(
      CheckpointChunk chunk, byte[] bytes, @Nullable PatternMiner miner, List<LiveBlock> blocks) {
    try {
      LiveBlock block = new LiveBlock(SealedBlocks.decode("WAL checkpoint", bytes, decoder), miner);
      memory.unflushedChanged(block.memoryBytes());
      blocks.add(block);
    } catch (StorageException e) {
      log.error(
          "a block of stream {} of tenant {} in the WAL checkpoint is lost",
          chunk.labels(),
          chunk.tenant(),
          e);
    }
  }

  private LiveStream stream(TenantId tenant, Labels labels, Fingerprint fingerprint) {
    LiveStream stream =
        tenants
            .getOrCreate(tenant)
            .getOrCreate(
                fingerprint, 0, () -> new LiveStream(labels, fingerprint, rules, nowNanos));
    if (stream == null) {
      throw new IllegalStateException("a stream was refused without a limit: " + labels);
    }
    return stream;
  }

  private Coverage coverage(TenantId tenant, Fingerprint fingerprint) {
    return coverages.computeIfAbsent(
        new StreamKey(tenant, fingerprint),
        key ->
            new Coverage(
                index.flushedThrough(key.tenant, key.fingerprint).orElse(WalPosition.NONE)));
  }
}

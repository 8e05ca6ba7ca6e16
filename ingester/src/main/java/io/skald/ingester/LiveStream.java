package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.pattern.PatternSamples;
import io.skald.storage.pattern.PatternMiner;
import io.skald.storage.wal.CheckpointChunk;
import io.skald.storage.wal.PushRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One stream: chunks that wait for their flush, the chunk being filled, and its head. Thread-safe;
 * entries are appended by one thread, in log order.
 *
 * <p>Entries that are far older than the newest one, which a tenant may be allowed to send, fill a
 * chunk of their own: one that held both would span all the time between them, and every query of
 * that time had to look into it. The two chunks are always closed together. So no record that is
 * left has a lower position than one of a closed chunk, and a position still tells what is flushed.
 *
 * <p>A push passes twice: {@link #accept} decides which entries are taken, before the log; {@link
 * #append} takes them, after it. In between the stream counts the push as pending and cannot be
 * retired.
 *
 * <p>All entries of one log record end up in chunks that are closed together. So what was flushed
 * stands for a range of whole records, and a replay after it can tell what to skip by position.
 */
final class LiveStream {
  private final Labels labels;
  private final Fingerprint fingerprint;
  private final byte[] encodedLabels;
  private final StreamRules rules;
  private final @Nullable PatternMiner miner;

  // Guarded by this.
  private final ArrayDeque<LiveChunk> closed = new ArrayDeque<>();
  private final FillingChunk recent;
  private final FillingChunk old;
  private long lastPosition;
  private long lastAppendNanos;
  private long newestAccepted;
  private boolean hasAccepted;
  private int pending;
  private boolean retired;

  LiveStream(Labels labels, Fingerprint fingerprint, StreamRules rules, long nowNanos) {
    this.labels = labels;
    this.fingerprint = fingerprint;
    this.rules = rules;
    this.miner = rules.newMiner(labels);
    this.recent = new FillingChunk(rules, miner);
    this.old = new FillingChunk(rules, miner);
    this.encodedLabels = PushRecord.encodeLabels(labels);
    this.lastAppendNanos = nowNanos;
  }

  Labels labels() {
    return labels;
  }

  /** Returns what mines the stream's patterns, or null if nobody wants them. */
  @Nullable PatternMiner miner() {
    return miner;
  }

  Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Returns the labels as the log holds them; do not modify. */
  byte[] encodedLabels() {
    return encodedLabels;
  }

  /**
   * Decides which entries are recent enough, and counts the push as pending unless none is.
   *
   * @param allowed what the tenant may send
   * @return null if the stream has been retired: look it up again
   */
  synchronized @Nullable Acceptance accept(EntryBatch entries, IngesterLimits.Limits allowed) {
    if (retired) {
      return null;
    }
    Acceptance acceptance =
        allowed.unorderedWrites()
            ? Acceptance.within(
                allowed.allowBackfill() ? Long.MAX_VALUE : rules.outOfOrderWindowNanos(), entries)
            : Acceptance.ordered(entries);
    newestAccepted = acceptance.decide(hasAccepted, newestAccepted);
    hasAccepted = true;
    if (acceptance.accepted().size() > 0) {
      pending++;
    }
    return acceptance;
  }

  /** Ends a pending push that did not get into the log. */
  synchronized void abandonPending() {
    pending--;
  }

  /**
   * Takes the accepted entries of one record.
   *
   * @param position of the record; higher than that of the record before
   * @return by how many bytes the stream's memory grew
   */
  synchronized long append(
      long position, EntryBatch entries, long nowNanos, MetadataMapping mapping) {
    pending--;
    return appendNow(position, entries, nowNanos, mapping);
  }

  /** As {@link #append}, for a record that is replayed. */
  synchronized long replay(
      long position, EntryBatch entries, long nowNanos, MetadataMapping mapping) {
    for (int i = 0; i < entries.size(); i++) {
      noteAccepted(entries.timestamp(i));
    }
    return appendNow(position, entries, nowNanos, mapping);
  }

  private void noteAccepted(long timestamp) {
    newestAccepted = hasAccepted ? Math.max(newestAccepted, timestamp) : timestamp;
    hasAccepted = true;
  }

  private long appendNow(
      long position, EntryBatch entries, long nowNanos, MetadataMapping mapping) {
    long oldBefore = oldBefore();
    int oldEntries = countBefore(entries, oldBefore);
    boolean isFull = oldEntries < entries.size() && recent.mustCloseFor(entries.lineBytes());
    if (isFull || (oldEntries > 0 && old.mustCloseFor(entries.lineBytes()))) {
      closeBoth(FlushReason.FULL);
    }
    long grown = 0;
    if (oldEntries < entries.size()) {
      EntryBatch part = oldEntries == 0 ? entries : select(entries, oldBefore, false);
      grown += recent.append(position, part, nowNanos, mapping);
    }
    if (oldEntries > 0) {
      EntryBatch part = oldEntries == entries.size() ? entries : select(entries, oldBefore, true);
      grown += old.append(position, part, nowNanos, mapping);
    }
    lastPosition = position;
    lastAppendNanos = nowNanos;
    return grown;
  }

  /**
   * Returns the time before which entries are far older than the newest one. Twice the window, so
   * that no entry is among them that was inside it when it was accepted: a newer one may have been
   * accepted since.
   */
  private long oldBefore() {
    long oldest = newestAccepted - 2 * rules.outOfOrderWindowNanos();
    return oldest > newestAccepted ? Long.MIN_VALUE : oldest;
  }

  private static int countBefore(EntryBatch entries, long timestamp) {
    int count = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (entries.timestamp(i) < timestamp) {
        count++;
      }
    }
    return count;
  }

  private static EntryBatch select(EntryBatch entries, long timestamp, boolean before) {
    EntryBatch.Builder part = new EntryBatch.Builder(entries.area(), entries.metadata());
    for (int i = 0; i < entries.size(); i++) {
      if (entries.timestamp(i) < timestamp == before) {
        part.add(entries.timestamp(i), entries.start(i), entries.length(i), entries.metadataId(i));
      }
    }
    return part.build();
  }

  private void closeBoth(FlushReason reason) {
    for (FillingChunk filling : List.of(old, recent)) {
      LiveChunk chunk = filling.close(reason);
      if (chunk != null) {
        closed.add(chunk);
      }
    }
  }

  /**
   * Takes a chunk of a checkpoint; its blocks were turned into live ones. Chunks come in the order
   * in which they were begun; the last one stays open.
   */
  synchronized void restore(CheckpointChunk from, List<LiveBlock> blocks) {
    closeBoth(FlushReason.FULL);
    LiveChunk chunk = new LiveChunk(from.chunkId(), from.firstPosition(), from.firstAppendNanos());
    chunk.blocks().addAll(blocks);
    chunk.appended(from.lastPosition());
    recent.restore(chunk);
    lastPosition = Math.max(lastPosition, from.lastPosition());
    blocks.forEach(block -> noteAccepted(block.maxTimestamp()));
  }

  /** Returns the data that overlaps the range, or null when there is none. */
  @Nullable RecentStream snapshot(long fromNanos, long throughNanos) {
    Held held = held(fromNanos, throughNanos);
    return held.chunkIds.isEmpty() ? null : views(held);
  }

  /**
   * Adds the patterns of the data that overlaps the range.
   *
   * @param chunkIds gets the chunks that the data is part of
   */
  void addPatterns(
      long fromNanos, long throughNanos, Set<Long> chunkIds, List<PatternSamples> samples) {
    Held held = held(fromNanos, throughNanos);
    chunkIds.addAll(held.chunkIds);
    held.blocks.forEach(block -> samples.addAll(block.patterns()));
    if (miner != null) {
      held.openHeads.forEach(head -> samples.addAll(miner.mine(head.view()).samples()));
    }
  }

  /**
   * Data in memory, taken under the lock.
   *
   * @param openHeads those that have something in the range
   * @param chunkIds one for each block, then one for each head
   */
  private record Held(List<LiveBlock> blocks, List<Head.Snapshot> openHeads, List<Long> chunkIds) {}

  private synchronized Held held(long fromNanos, long throughNanos) {
    List<LiveBlock> blocks = new ArrayList<>();
    List<Long> chunkIds = new ArrayList<>();
    closed.forEach(chunk -> collect(chunk, fromNanos, throughNanos, blocks, chunkIds));
    List<Head.Snapshot> openHeads = new ArrayList<>();
    List<Long> headChunkIds = new ArrayList<>();
    for (FillingChunk filling : List.of(old, recent)) {
      LiveChunk chunk = filling.chunk();
      if (chunk != null) {
        collect(chunk, fromNanos, throughNanos, blocks, chunkIds);
        Head head = filling.head();
        if (head != null && head.overlaps(fromNanos, throughNanos)) {
          openHeads.add(head.snapshot());
          headChunkIds.add(chunk.id());
        }
      }
    }
    chunkIds.addAll(headChunkIds);
    return new Held(blocks, openHeads, chunkIds);
  }

  private static void collect(
      LiveChunk chunk, long fromNanos, long throughNanos, List<LiveBlock> blocks, List<Long> ids) {
    for (LiveBlock block : chunk.blocks()) {
      if (block.overlaps(fromNanos, throughNanos)) {
        blocks.add(block);
        ids.add(chunk.id());
      }
    }
  }

  private RecentStream views(Held held) {
    List<BlockView> views = new ArrayList<>(held.chunkIds.size());
    held.blocks.forEach(block -> views.add(block.view()));
    held.openHeads.forEach(head -> views.add(head.view()));
    return new RecentStream(fingerprint, labels, views, held.chunkIds);
  }

  /** Closes the open chunks if one is old or the stream idle. */
  synchronized void closeIfDue(long nowNanos) {
    if (isEmpty()) {
      return;
    }
    if (nowNanos - lastAppendNanos >= rules.chunkIdlePeriodNanos()) {
      closeBoth(FlushReason.IDLE);
    } else if (recent.isOverdue(nowNanos) || old.isOverdue(nowNanos)) {
      closeBoth(FlushReason.AGE);
    }
  }

  private boolean isEmpty() {
    return recent.chunk() == null && old.chunk() == null;
  }

  /** Closes the open chunks whatever they hold. */
  synchronized void closeOpen(FlushReason reason) {
    closeBoth(reason);
  }

  /** Returns the closed chunks, oldest first. */
  synchronized List<LiveChunk> closedChunks() {
    return List.copyOf(closed);
  }

  /** Returns the memory of what is not closed yet, in bytes. */
  synchronized long openBytes() {
    return recent.memoryBytes() + old.memoryBytes();
  }

  /** Forgets the oldest chunks, which the index has now. */
  synchronized void flushed(List<LiveChunk> chunks) {
    for (LiveChunk chunk : chunks) {
      if (closed.poll() != chunk) {
        throw new IllegalStateException("chunk " + chunk.id() + " of " + labels + " is not oldest");
      }
    }
  }

  /** Returns the position of the oldest record that is not flushed, or {@code Long.MAX_VALUE}. */
  synchronized long oldestUnflushed() {
    long oldest = Math.min(recent.firstPosition(), old.firstPosition());
    for (LiveChunk chunk : closed) {
      oldest = Math.min(oldest, chunk.firstPosition());
    }
    return oldest;
  }

  /**
   * Marks the stream as gone if it holds nothing and got nothing for the idle period.
   *
   * @return whether it is to be taken out of its tenant
   */
  synchronized boolean retireIfIdle(long nowNanos) {
    retired =
        retired
            || (pending == 0
                && isEmpty()
                && closed.isEmpty()
                && nowNanos - lastAppendNanos >= rules.chunkIdlePeriodNanos());
    return retired;
  }

  /** A chunk as a checkpoint needs it, taken under the lock. */
  record CheckpointSource(
      LiveChunk chunk,
      long firstPosition,
      long lastPosition,
      long coveredThrough,
      List<LiveBlock> blocks,
      Head.@Nullable Snapshot head) {}

  /** Returns the chunks in memory, oldest first. */
  synchronized List<CheckpointSource> checkpointSources() {
    List<CheckpointSource> sources = new ArrayList<>();
    for (LiveChunk chunk : closed) {
      sources.add(source(chunk, null));
    }
    for (FillingChunk filling : List.of(old, recent)) {
      LiveChunk chunk = filling.chunk();
      if (chunk != null) {
        Head head = filling.head();
        sources.add(source(chunk, head == null || head.size() == 0 ? null : head.snapshot()));
      }
    }
    return sources;
  }

  private CheckpointSource source(LiveChunk chunk, Head.@Nullable Snapshot openHead) {
    return new CheckpointSource(
        chunk,
        chunk.firstPosition(),
        chunk.lastPosition(),
        lastPosition,
        List.copyOf(chunk.blocks()),
        openHead);
  }
}

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
 * <p>A push passes twice: {@link #accept} decides which entries are taken, before the log; {@link
 * #append} takes them, after it. In between the stream counts the push as pending and cannot be
 * retired.
 *
 * <p>All entries of one log record end up in one chunk. So a chunk that was flushed stands for a
 * range of whole records, and a replay after it can tell what to skip by position.
 */
final class LiveStream {
  private final Labels labels;
  private final Fingerprint fingerprint;
  private final byte[] encodedLabels;
  private final StreamRules rules;
  private final @Nullable PatternMiner miner;

  // Guarded by this.
  private final ArrayDeque<LiveChunk> closed = new ArrayDeque<>();
  private @Nullable LiveChunk open;
  private @Nullable Head head;
  private long headMemoryBytes;
  private boolean headsFill;
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
   * @param unordered whether an entry may be older than one that came before
   * @return null if the stream has been retired: look it up again
   */
  synchronized @Nullable Acceptance accept(EntryBatch entries, boolean unordered) {
    if (retired) {
      return null;
    }
    Acceptance acceptance =
        unordered
            ? Acceptance.within(rules.outOfOrderWindowNanos(), entries)
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
    closeIfFull(entries.lineBytes());
    LiveChunk chunk = openChunk(position, nowNanos);
    long memoryBefore = headMemoryBytes;
    long cutBytes = 0;
    int at = 0;
    while (at < entries.size()) {
      Head target = head(entries, at);
      mapping.begin(entries.metadata());
      at = target.append(entries, at, mapping);
      headMemoryBytes = target.memoryBytes();
      if (at < entries.size()) {
        cutBytes += cut(chunk);
        headsFill = true;
      }
    }
    chunk.appended(position);
    lastPosition = position;
    lastAppendNanos = nowNanos;
    return headMemoryBytes + cutBytes - memoryBefore;
  }

  /**
   * Cuts the head and closes the chunk before a record rather than in it, where that does not make
   * blocks much smaller than they should be.
   */
  private void closeIfFull(long incomingBytes) {
    LiveChunk chunk = open;
    Head current = head;
    if (chunk == null) {
      return;
    }
    int headBytes = current == null ? 0 : current.lineBytes();
    long chunkBytes = chunk.sizeBytes();
    boolean overdue = chunkBytes >= rules.chunkTargetSize() / 4 * 5;
    boolean headFull =
        headBytes + incomingBytes > rules.chunkBlockSize()
            && headBytes >= rules.chunkBlockSize() / 2;
    if (headFull || overdue) {
      cutHead();
      headsFill = headFull;
      if (chunkBytes >= rules.chunkTargetSize()) {
        close(FlushReason.FULL);
      }
    }
  }

  private LiveChunk openChunk(long position, long nowNanos) {
    LiveChunk chunk = open;
    if (chunk == null) {
      chunk = new LiveChunk(rules.newChunkId(nowNanos), position, nowNanos);
      open = chunk;
    }
    return chunk;
  }

  /** A stream whose heads fill up gets the whole room at once; others start with what comes. */
  private Head head(EntryBatch entries, int from) {
    Head current = head;
    if (current == null) {
      int left = entries.size() - from;
      long bytes = entries.lineBytes() / entries.size() * left;
      current =
          new Head(rules.chunkBlockSize(), headsFill ? rules.chunkBlockSize() : 2 * bytes, left);
      head = current;
    }
    return current;
  }

  /** Cuts the head, if it has entries, into the open chunk. */
  private void cutHead() {
    LiveChunk chunk = open;
    if (chunk != null) {
      cut(chunk);
    }
  }

  /** Returns the memory that the head had, which now counts as that of the block. */
  private long cut(LiveChunk chunk) {
    Head current = head;
    long bytes = headMemoryBytes;
    head = null;
    headMemoryBytes = 0;
    if (current == null || current.size() == 0) {
      return 0;
    }
    LiveBlock block = new LiveBlock(current, miner);
    chunk.blocks().add(block);
    rules.seal(block);
    return bytes;
  }

  private void close(FlushReason reason) {
    LiveChunk chunk = open;
    if (chunk != null && !chunk.blocks().isEmpty()) {
      chunk.closeFor(reason);
      closed.add(chunk);
      open = null;
    }
  }

  /**
   * Takes a chunk of a checkpoint; its blocks were turned into live ones. Chunks come in the order
   * in which they were begun; the last one stays open.
   */
  synchronized void restore(CheckpointChunk from, List<LiveBlock> blocks) {
    close(FlushReason.FULL);
    LiveChunk chunk = new LiveChunk(from.chunkId(), from.firstPosition(), from.firstAppendNanos());
    chunk.blocks().addAll(blocks);
    chunk.appended(from.lastPosition());
    open = chunk;
    lastPosition = from.lastPosition();
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
    Head.Snapshot openHead = held.openHead;
    if (openHead != null && miner != null) {
      samples.addAll(miner.mine(openHead.view()).samples());
    }
  }

  /**
   * Data in memory, taken under the lock.
   *
   * @param openHead null if it has nothing in the range
   * @param chunkIds one for each block, then one for the head
   */
  private record Held(
      List<LiveBlock> blocks, Head.@Nullable Snapshot openHead, List<Long> chunkIds) {}

  private synchronized Held held(long fromNanos, long throughNanos) {
    List<LiveBlock> blocks = new ArrayList<>();
    List<Long> chunkIds = new ArrayList<>();
    closed.forEach(chunk -> collect(chunk, fromNanos, throughNanos, blocks, chunkIds));
    LiveChunk current = open;
    Head.Snapshot openHead = null;
    if (current != null) {
      collect(current, fromNanos, throughNanos, blocks, chunkIds);
      Head last = head;
      if (last != null && last.overlaps(fromNanos, throughNanos)) {
        openHead = last.snapshot();
        chunkIds.add(current.id());
      }
    }
    return new Held(blocks, openHead, chunkIds);
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
    Head.Snapshot openHead = held.openHead;
    if (openHead != null) {
      views.add(openHead.view());
    }
    return new RecentStream(fingerprint, labels, views, held.chunkIds);
  }

  /** Closes the open chunk if it is old or its stream idle. */
  synchronized void closeIfDue(long nowNanos) {
    LiveChunk chunk = open;
    if (chunk == null) {
      return;
    }
    if (nowNanos - lastAppendNanos >= rules.chunkIdlePeriodNanos()) {
      closeOpen(FlushReason.IDLE);
    } else if (nowNanos - chunk.firstAppendNanos() >= rules.maxChunkAgeNanos()) {
      closeOpen(FlushReason.AGE);
    }
  }

  /** Closes the open chunk whatever it holds. */
  synchronized void closeOpen(FlushReason reason) {
    cutHead();
    close(reason);
    headsFill = false;
  }

  /** Returns the closed chunks, oldest first. */
  synchronized List<LiveChunk> closedChunks() {
    return List.copyOf(closed);
  }

  /** Returns the memory of what is not closed yet, in bytes. */
  synchronized long openBytes() {
    LiveChunk chunk = open;
    return chunk == null ? 0 : chunk.sizeBytes() + headMemoryBytes;
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
    LiveChunk oldest = closed.isEmpty() ? open : closed.peek();
    return oldest == null ? Long.MAX_VALUE : oldest.firstPosition();
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
                && open == null
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
    LiveChunk current = open;
    if (current != null) {
      Head last = head;
      sources.add(source(current, last == null || last.size() == 0 ? null : last.snapshot()));
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

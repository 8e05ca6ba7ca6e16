package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.storage.pattern.PatternMiner;
import org.jspecify.annotations.Nullable;

/** A chunk that is being filled, if there is one, and its head. Guarded by the stream's lock. */
final class FillingChunk {
  private final StreamRules rules;
  private final @Nullable PatternMiner miner;
  private @Nullable LiveChunk chunk;
  private @Nullable Head head;
  private long headMemoryBytes;
  private boolean headsFill;

  /**
   * @param miner that of the stream; null if patterns are not wanted
   */
  FillingChunk(StreamRules rules, @Nullable PatternMiner miner) {
    this.rules = rules;
    this.miner = miner;
  }

  @Nullable LiveChunk chunk() {
    return chunk;
  }

  @Nullable Head head() {
    return head;
  }

  /** Returns the memory of both, in bytes. */
  long memoryBytes() {
    LiveChunk current = chunk;
    return current == null ? 0 : current.sizeBytes() + headMemoryBytes;
  }

  /** Returns the position of the first record, or {@code Long.MAX_VALUE} if there is none. */
  long firstPosition() {
    LiveChunk current = chunk;
    return current == null ? Long.MAX_VALUE : current.firstPosition();
  }

  boolean isOverdue(long nowNanos) {
    LiveChunk current = chunk;
    return current != null && nowNanos - current.firstAppendNanos() >= rules.maxChunkAgeNanos();
  }

  /**
   * Cuts the head before a record rather than in it, where that does not make blocks much smaller
   * than they should be.
   *
   * @return whether the chunk has its size then, and must be closed before the record
   */
  boolean mustCloseFor(long incomingBytes) {
    LiveChunk current = chunk;
    if (current == null) {
      return false;
    }
    int headBytes = head == null ? 0 : head.lineBytes();
    long chunkBytes = current.sizeBytes();
    boolean overdue = chunkBytes >= rules.chunkTargetSize() / 4 * 5;
    boolean headFull =
        headBytes + incomingBytes > rules.chunkBlockSize()
            && headBytes >= rules.chunkBlockSize() / 2;
    if (!headFull && !overdue) {
      return false;
    }
    cut(current);
    headsFill = headFull;
    return chunkBytes >= rules.chunkTargetSize();
  }

  /**
   * Takes entries of one record.
   *
   * @return by how many bytes the memory grew
   */
  long append(long position, EntryBatch entries, long nowNanos, MetadataMapping mapping) {
    LiveChunk current = chunk;
    if (current == null) {
      current = new LiveChunk(rules.newChunkId(nowNanos), position, nowNanos);
      chunk = current;
    }
    long memoryBefore = headMemoryBytes;
    long cutBytes = 0;
    int at = 0;
    while (at < entries.size()) {
      Head target = headFor(entries, at);
      mapping.begin(entries.metadata());
      at = target.append(entries, at, mapping);
      headMemoryBytes = target.memoryBytes();
      if (at < entries.size()) {
        cutBytes += cut(current);
        headsFill = true;
      }
    }
    current.appended(position);
    return headMemoryBytes + cutBytes - memoryBefore;
  }

  /** A stream whose heads fill up gets the whole room at once; others start with what comes. */
  private Head headFor(EntryBatch entries, int from) {
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

  /** Returns the memory that the head had, which now counts as that of the block. */
  private long cut(LiveChunk current) {
    Head last = head;
    long bytes = headMemoryBytes;
    head = null;
    headMemoryBytes = 0;
    if (last == null || last.size() == 0) {
      return 0;
    }
    LiveBlock block = new LiveBlock(last, miner);
    current.blocks().add(block);
    rules.seal(block);
    return bytes;
  }

  /** Cuts the head and closes the chunk; returns it, or null if there was nothing in it. */
  @Nullable LiveChunk close(FlushReason reason) {
    LiveChunk current = chunk;
    if (current == null) {
      return null;
    }
    cut(current);
    headsFill = false;
    if (current.blocks().isEmpty()) {
      return null;
    }
    current.closeFor(reason);
    chunk = null;
    return current;
  }

  /** Goes on with a chunk of an earlier life; there must be none. */
  void restore(LiveChunk restored) {
    chunk = restored;
  }
}

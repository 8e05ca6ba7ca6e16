package io.skald.agent.tail;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a tailer counts; written by its thread, read by any. */
public final class TailCounters {
  public final LongAdder linesRead = new LongAdder();
  public final LongAdder bytesRead = new LongAdder();
  public final LongAdder linesCut = new LongAdder();
  public final LongAdder truncations = new LongAdder();
  public final LongAdder rotations = new LongAdder();

  /** Bytes known to be lost: deleted files given up, truncated before they were read. */
  public final LongAdder bytesLost = new LongAdder();

  /** Compressed files that could not be decoded to their end. */
  public final LongAdder filesDamaged = new LongAdder();

  /** Files that match but cannot be read just now. */
  public final AtomicInteger filesUnreadable = new AtomicInteger();

  /** Compressed files that match but cannot be read just now. */
  public final AtomicInteger archivesUnreadable = new AtomicInteger();
}

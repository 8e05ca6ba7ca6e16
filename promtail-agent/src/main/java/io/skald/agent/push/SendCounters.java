package io.skald.agent.push;

import java.util.concurrent.atomic.LongAdder;

/** What a sender counts; written by its thread, read by any. */
public final class SendCounters {
  public final LongAdder entriesSent = new LongAdder();
  public final LongAdder lineBytesSent = new LongAdder();
  public final LongAdder bodyBytesSent = new LongAdder();
  public final LongAdder batchesSent = new LongAdder();
  public final LongAdder retries = new LongAdder();
  public final LongAdder entriesDropped = new LongAdder();

  /** What waits on disk. */
  public volatile Buffered buffered = Buffered.NOTHING;

  /** Why the last attempt failed; "" after one that did not. */
  public volatile String lastFailure = "";
}

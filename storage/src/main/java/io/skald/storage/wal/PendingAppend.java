package io.skald.storage.wal;

import java.util.concurrent.CountDownLatch;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to the disk and the thread that waits for it. The log's thread fills in the
 * outcome before it opens the latch.
 */
final class PendingAppend {
  private final RecordBuffer record;
  private final int payloadChecksum;
  private final LongConsumer apply;
  private final CountDownLatch done = new CountDownLatch(1);
  private long position;
  private @Nullable Throwable failure;

  PendingAppend(RecordBuffer record, LongConsumer apply) {
    this.record = record;
    this.payloadChecksum = record.payloadChecksum();
    this.apply = apply;
  }

  RecordBuffer record() {
    return record;
  }

  int recordBytes() {
    return record.recordBytes();
  }

  int payloadChecksum() {
    return payloadChecksum;
  }

  void written(long atPosition) {
    position = atPosition;
  }

  long position() {
    return position;
  }

  void apply() {
    apply.accept(position);
  }

  void fail(Throwable cause) {
    failure = cause;
  }

  void complete() {
    done.countDown();
  }

  /**
   * Waits for the outcome, also through interrupts: the record is the log's until then.
   *
   * @return null if the record is durable and applied
   */
  @Nullable Throwable await() {
    boolean interrupted = false;
    while (true) {
      try {
        done.await();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return failure;
  }
}

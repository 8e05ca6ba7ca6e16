package io.skald.agent.push;

import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineSink;
import io.skald.common.time.Clock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fills batches with lines and closes them by size and age. Confined to the reader thread.
 *
 * <p>A batch that is closed in the middle of a chunk carries the position before the next line, so
 * that positions and entries always say the same.
 */
public final class BatchAssembler implements LineSink {
  private final Handover handover;
  private final TimestampSource timestamps;
  private final Clock clock;
  private final int batchSize;
  private final long batchWaitNanos;
  private Batch batch;
  private long openedAt;
  private String labels = "";
  private @Nullable LongFunction<FilePosition> positionAt;

  /**
   * @param lastTimestampNanos the highest timestamp given out in earlier runs
   */
  public BatchAssembler(
      Handover handover, Clock clock, long lastTimestampNanos, int batchSize, long batchWaitNanos) {
    this.handover = handover;
    this.timestamps = new TimestampSource(clock, lastTimestampNanos);
    this.clock = clock;
    this.batchSize = batchSize;
    this.batchWaitNanos = batchWaitNanos;
    this.batch = handover.take();
  }

  @Override
  public boolean hasRoom() {
    return handover.hasRoom();
  }

  @Override
  public void begin(String streamLabels, LongFunction<FilePosition> position) {
    timestamps.tick();
    labels = streamLabels;
    positionAt = position;
    open();
    batch.stream(labels);
  }

  @Override
  public void line(byte[] buffer, int from, int length, long offset) {
    if (batch.entries() > 0 && batch.lineBytes() + length > batchSize) {
      if (positionAt != null) {
        batch.advance(positionAt.apply(offset));
      }
      close();
      open();
      batch.stream(labels);
    }
    batch.append(timestamps.next(), buffer, from, length);
  }

  @Override
  public void sighted(FilePosition position) {
    handover.putSighting(position);
  }

  @Override
  public void advance(FilePosition position) {
    open();
    batch.advance(position);
  }

  /**
   * Closes the batch if its time has come.
   *
   * @return nanoseconds until that, at most {@code limit}
   */
  public long closeIfDue(long limit) {
    if (batch.isEmpty()) {
      return limit;
    }
    long rest = openedAt + batchWaitNanos - clock.monotonicNanos();
    if (rest > 0) {
      return Math.min(rest, limit);
    }
    close();
    return limit;
  }

  /** Closes the batch if anything is in it. */
  public void close() {
    if (!batch.isEmpty()) {
      handover.put(batch);
      batch = handover.take();
    }
  }

  private void open() {
    if (batch.isEmpty()) {
      openedAt = clock.monotonicNanos();
    }
  }
}

package io.skald.agent.push;

import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fills batches with lines and closes them by size and age. Confined to the reader thread.
 *
 * <p>Entries of other tenants than the client's go into batches of their own, which are filled and
 * closed together with the client's: only when all are delivered do their positions hold. A batch
 * that is closed in the middle of a chunk carries the position before the next line, so that
 * positions and entries always say the same.
 */
public final class BatchAssembler implements EntrySink {
  /** So many streams in a batch cost more memory than its lines do. */
  private static final int MAX_STREAMS = 10_000;

  private final Handover handover;
  private final TimestampSource timestamps;
  private final Clock clock;
  private final int batchSize;
  private final long batchWaitNanos;
  private final int maxStreams;

  /** The batch of the client's own tenant; it carries the positions. */
  private Batch batch;

  private final Map<String, Batch> otherTenants = new LinkedHashMap<>();
  private long otherBytes;
  private int otherStreams;
  private int otherEntries;
  private long openedAt;
  private String labels = "";

  /** Whether the batch has been told that lines of {@link #labels} follow. */
  private boolean named;

  private @Nullable LongFunction<FilePosition> positionAt;

  /**
   * @param lastTimestampNanos the highest timestamp given out in earlier runs
   * @param maxStreams of one tenant in a batch; entries of more are refused; 0 is no limit
   */
  public BatchAssembler(
      Handover handover,
      Clock clock,
      long lastTimestampNanos,
      int batchSize,
      long batchWaitNanos,
      int maxStreams) {
    this.handover = handover;
    this.timestamps = new TimestampSource(clock, lastTimestampNanos);
    this.clock = clock;
    this.batchSize = batchSize;
    this.batchWaitNanos = batchWaitNanos;
    this.maxStreams = maxStreams;
    this.batch = handover.take();
  }

  @Override
  public boolean hasRoom() {
    return handover.hasRoom();
  }

  @Override
  public void begin(LineSource source, @Nullable LongFunction<FilePosition> position) {
    timestamps.tick();
    labels = source.text();
    positionAt = position;
    named = false;
  }

  @Override
  public void line(byte[] buffer, int from, int length, long offset) {
    if (isFull(length)) {
      if (positionAt != null) {
        batch.advance(positionAt.apply(offset));
      }
      close();
    }
    if (!named) {
      open();
      batch.stream(labels);
      named = true;
    }
    batch.append(timestamps.next(), buffer, from, length);
    batch.countLine();
  }

  @Override
  public long readNanos() {
    return timestamps.next();
  }

  @Override
  public boolean entry(
      String tenant,
      String streamLabels,
      long timestampNanos,
      byte[] line,
      int from,
      int length,
      Labels metadata,
      Supplier<@Nullable FilePosition> before) {
    if (isFull(length) || batch.streams() + otherStreams >= MAX_STREAMS) {
      FilePosition position = before.get();
      if (position != null) {
        batch.advance(position);
      }
      close();
    }
    open();
    Batch target = tenant.isEmpty() ? batch : ofTenant(tenant);
    named = false;
    if (maxStreams > 0 && target.streams() >= maxStreams && !target.hasStream(streamLabels)) {
      return false;
    }
    long bytesBefore = target.lineBytes();
    int streamsBefore = target.streams();
    target.stream(streamLabels);
    target.append(timestampNanos, line, from, length, metadata);
    batch.countLine();
    if (target != batch) {
      otherBytes += target.lineBytes() - bytesBefore;
      otherStreams += target.streams() - streamsBefore;
      otherEntries++;
    }
    return true;
  }

  @Override
  public void dropped(String reason) {
    batch.countDropped(reason);
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
    if (isEmpty()) {
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
    if (isEmpty()) {
      return;
    }
    List<Batch> group = new ArrayList<>(otherTenants.values());
    group.add(batch); // the last one, for its positions
    for (Batch member : group) {
      member.setLastTimestampNanos(timestamps.last());
    }
    handover.put(group);
    batch = handover.take();
    named = false;
    otherTenants.clear();
    otherBytes = 0;
    otherStreams = 0;
    otherEntries = 0;
  }

  private Batch ofTenant(String tenant) {
    return otherTenants.computeIfAbsent(
        tenant,
        whose -> {
          Batch fresh = handover.take();
          fresh.setTenant(whose);
          return fresh;
        });
  }

  private boolean isFull(int more) {
    return batch.entries() + otherEntries > 0 && batch.lineBytes() + otherBytes + more > batchSize;
  }

  private boolean isEmpty() {
    return batch.isEmpty() && otherEntries == 0;
  }

  private void open() {
    if (isEmpty()) {
      openedAt = clock.monotonicNanos();
    }
  }
}

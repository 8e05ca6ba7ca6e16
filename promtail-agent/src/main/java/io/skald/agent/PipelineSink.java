package io.skald.agent;

import io.skald.agent.pipeline.Entry;
import io.skald.agent.pipeline.Hold;
import io.skald.agent.pipeline.Pipeline;
import io.skald.agent.pipeline.TokenBucket;
import io.skald.agent.position.FilePosition;
import io.skald.agent.push.EntrySink;
import io.skald.agent.push.SendListener.DropReason;
import io.skald.agent.source.SourceSink;
import io.skald.agent.tail.LineSource;
import io.skald.common.collect.Latest;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Between the reader of files and the batches: sends the lines of a job through its stages. Lines
 * of jobs without stages go on as they are. Confined to the reader thread.
 *
 * <p>While a stage holds a line back, no position of its file behind that line is passed on; so a
 * crash reads it again. What was read and sent after it is then sent again, too.
 */
final class PipelineSink implements SourceSink {
  private static final String TENANT = "__tenant_id__";

  /** Label sets whose text is remembered. */
  private static final int MAX_TEXTS = 4096;

  private final EntrySink down;
  private final Map<String, Pipeline.Run> runs = new HashMap<>();
  private final Map<String, Pipeline> pipelines;
  private final Map<String, String> external;
  private final AgentConfig.LimitsConfig limits;
  private final @Nullable TokenBucket readLine;
  private final CompatConfig compat;
  private final LineLosses losses;
  private final HeldPositions held = new HeldPositions();
  private final Map<Labels, Stream> streams = Latest.used(MAX_TEXTS);
  private final Entry entry = new Entry();
  private final Hold.Source holds = new LineHolds();

  /** For lines of no job, which come from standard input: the limits hold for them too. */
  private final Pipeline.@Nullable Run otherJobs;

  /** For entries that bring a timestamp and have no stages to go through. */
  private final Pipeline.Run noStages;

  private Pipeline.@Nullable Run run;
  private LineSource source = new LineSource("", Labels.EMPTY, "{}");
  private @Nullable LongFunction<FilePosition> positionAt;
  private long offset;

  /** What the labels of an entry say when it is sent. */
  private record Stream(String tenant, String text) {}

  /** Holds for the line that is being read. */
  private final class LineHolds implements Hold.Source {
    @Override
    public Hold hold() {
      LongFunction<FilePosition> position = positionAt;
      return position == null ? Hold.NO_HOLD : held.hold(position.apply(offset));
    }

    @Override
    public void extend(Hold existing) {
      LongFunction<FilePosition> position = positionAt;
      if (position != null) {
        held.extend(existing, position.apply(offset));
      }
    }
  }

  /**
   * @param pipelines by the name of the job
   * @param external labels of the client
   * @param losses hears of lines that the limits drop or cut
   */
  PipelineSink(
      EntrySink down,
      Map<String, Pipeline> pipelines,
      Map<String, String> external,
      AgentConfig.LimitsConfig limits,
      CompatConfig compat,
      LineLosses losses,
      Pipeline.@Nullable Inspector inspector,
      Clock clock) {
    this.down = down;
    this.pipelines = Map.copyOf(pipelines);
    this.external = Map.copyOf(external);
    this.limits = limits;
    this.compat = compat;
    this.losses = losses;
    this.readLine =
        limits.readlineRateEnabled()
            ? new TokenBucket(limits.readlineRate(), limits.readlineBurst(), clock)
            : null;
    boolean limited = readLine != null || limits.maxLineSize() > 0 || limits.maxStreams() > 0;
    this.otherJobs = limited ? Pipeline.EMPTY.to(this::send, inspector) : null;
    this.noStages = Pipeline.EMPTY.to(this::send, inspector);
    pipelines.forEach((job, pipeline) -> {
      if (limited || !pipeline.isEmpty()) {
        runs.put(job, pipeline.to(this::send, inspector));
      }
    });
  }

  @Override
  public boolean hasRoom() {
    if (readLine != null && !limits.readlineRateDrop() && !readLine.isPaid()) {
      return false;
    }
    for (Pipeline pipeline : pipelines.values()) {
      if (!pipeline.mayRead()) {
        return false;
      }
    }
    return down.hasRoom();
  }

  @Override
  public void begin(LineSource from, @Nullable LongFunction<FilePosition> position) {
    run = runs.getOrDefault(from.job(), otherJobs);
    source = from;
    positionAt = position;
    down.begin(from, position);
  }

  @Override
  public void line(byte[] buffer, int from, int length, long lineOffset) {
    Pipeline.Run stages = run;
    if (stages == null) {
      down.line(buffer, from, length, lineOffset);
      return;
    }
    offset = lineOffset;
    entry.reset(source.labels(), down.readNanos(), buffer, from, length, holds);
    stages.process(entry);
  }

  @Override
  public void entry(
      long timestampNanos, Labels metadata, byte[] buffer, int from, int length, long lineOffset) {
    Pipeline.Run stages = run;
    offset = lineOffset;
    long nanos = timestampNanos == TIME_OF_READING ? down.readNanos() : timestampNanos;
    entry.reset(source.labels(), nanos, buffer, from, length, holds);
    entry.setMetadata(metadata);
    (stages == null ? noStages : stages).process(entry);
  }

  @Override
  public void settle() {
    flush();
  }

  @Override
  public void sighted(FilePosition position) {
    down.sighted(position);
  }

  @Override
  public void advance(FilePosition position) {
    if (position.isForgotten() || held.isOverwrittenBy(position)) {
      flush(); // nobody could read again what is held
    }
    down.advance(held.reached(position));
    noteFreed();
  }

  /**
   * Sends what stages have held back long enough.
   *
   * @return nanoseconds until there may be more, at most {@code limit}
   */
  long flushDue(long nowNanos, long limit) {
    positionAt = null;
    long wait = limit;
    for (Pipeline.Run each : runs.values()) {
      wait = Math.min(wait, each.flushDue(nowNanos));
    }
    noteFreed();
    return wait;
  }

  /** Sends all that stages hold back. */
  void flush() {
    LongFunction<FilePosition> before = positionAt;
    positionAt = null;
    for (Pipeline.Run each : runs.values()) {
      each.flush();
    }
    noteFreed();
    positionAt = before;
  }

  private void noteFreed() {
    for (FilePosition position : held.takeFreed()) {
      down.advance(position);
    }
  }

  private void send(Entry done) {
    try {
      if (readLine != null && !takeToken(readLine)) {
        losses.beyondRate();
        return;
      }
      Stream stream = streams.get(done.labels());
      if (stream == null) {
        stream = streamOf(done.labels());
        streams.put(done.labels(), stream);
      }
      int length = done.lineLength();
      if (limits.maxLineSize() > 0 && length > limits.maxLineSize()) {
        if (!limits.maxLineSizeTruncate()) {
          losses.dropped(DropReason.LINE_TOO_LONG, stream.tenant, length);
          return;
        }
        length = cut(done.lineBytes(), done.lineFrom(), (int) limits.maxLineSize());
        losses.cut(stream.tenant, done.lineLength() - length);
      }
      if (stream.text.equals("{}")) {
        losses.dropped(DropReason.NO_LABELS, stream.tenant, length);
        return;
      }
      boolean taken =
          down.entry(
              stream.tenant,
              stream.text,
              done.timestampNanos(),
              done.lineBytes(),
              done.lineFrom(),
              length,
              done.metadata(),
              before);
      if (!taken) {
        losses.dropped(DropReason.STREAM_LIMITED, stream.tenant, length);
      }
    } finally {
      done.release();
    }
  }

  private final Supplier<@Nullable FilePosition> before = this::positionBeforeLine;

  private @Nullable FilePosition positionBeforeLine() {
    LongFunction<FilePosition> position = positionAt;
    return position == null ? null : held.before(position.apply(offset));
  }

  private boolean takeToken(TokenBucket bucket) {
    if (limits.readlineRateDrop()) {
      return bucket.tryTake();
    }
    bucket.take();
    return true;
  }

  /** Returns the length of the longest whole characters in {@code max} bytes. */
  private int cut(byte[] line, int from, int max) {
    if (compat.lineTruncation() == CompatConfig.Choice.PROMTAIL) {
      return max;
    }
    int length = max;
    while (length > 0 && length > max - 4 && (line[from + length] & 0xC0) == 0x80) {
      length--;
    }
    return (line[from + length] & 0xC0) == 0x80 ? max : length;
  }

  /**
   * Labels without the tenant and, unless switched, without empty ones, external ones under them.
   */
  private Stream streamOf(Labels labels) {
    Labels.Builder sent = Labels.builder();
    for (int i = 0; i < labels.size(); i++) {
      boolean sends =
          !labels.value(i).isEmpty() || compat.emptyLabels() == CompatConfig.Choice.PROMTAIL;
      if (sends && !labels.name(i).equals(TENANT)) {
        sent.set(labels.name(i), labels.value(i));
      }
    }
    return new Stream(labels.getOrEmpty(TENANT), sent.build().withUnder(external).toString());
  }
}

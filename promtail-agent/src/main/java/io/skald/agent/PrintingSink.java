package io.skald.agent;

import io.skald.agent.position.FilePosition;
import io.skald.agent.push.EntrySink;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Prints entries instead of sending them: time, labels and line, tabs between. */
final class PrintingSink implements EntrySink {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final PrintStream out;
  private final Clock clock;
  private String labels = "";

  PrintingSink(PrintStream out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  @Override
  public boolean hasRoom() {
    return true;
  }

  @Override
  public void begin(LineSource source, @Nullable LongFunction<FilePosition> positionAt) {
    labels = source.text();
  }

  @Override
  public void line(byte[] buffer, int from, int length, long offset) {
    print(readNanos(), labels, buffer, from, length);
  }

  @Override
  public long readNanos() {
    return clock.nowNanos();
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
    print(timestampNanos, streamLabels, line, from, length);
    return true;
  }

  @Override
  public void sighted(FilePosition position) {}

  @Override
  public void advance(FilePosition position) {}

  private void print(long nanos, String streamLabels, byte[] line, int from, int length) {
    Instant time =
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    byte[] head = (time + "\t" + streamLabels + "\t").getBytes(StandardCharsets.UTF_8);
    out.write(head, 0, head.length);
    out.write(line, from, length);
    out.write('\n');
    out.flush();
  }
}

package io.skald.agent;

import io.skald.agent.position.FilePosition;
import io.skald.agent.push.EntrySink;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps what comes out of the stages. The n-th time of reading is n. */
final class CollectedEntries implements EntrySink {
  record Collected(
      String tenant, String labels, long timestampNanos, String line, Labels metadata) {}

  final List<Collected> entries = new ArrayList<>();
  final List<FilePosition> positions = new ArrayList<>();
  private String labels = "";
  private long reads;

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
    add("", labels, readNanos(), buffer, from, length, Labels.EMPTY);
  }

  @Override
  public void sighted(FilePosition position) {}

  @Override
  public void advance(FilePosition position) {
    positions.add(position);
  }

  @Override
  public long readNanos() {
    return ++reads;
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
    add(tenant, streamLabels, timestampNanos, line, from, length, metadata);
    return true;
  }

  private void add(
      String tenant,
      String streamLabels,
      long nanos,
      byte[] line,
      int from,
      int length,
      Labels metadata) {
    String text = new String(line, from, length, StandardCharsets.UTF_8);
    entries.add(new Collected(tenant, streamLabels, nanos, text, metadata));
  }
}

package io.skald.agent.source;

import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineSource;
import io.skald.common.model.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Gives the entries of one job to the stages of one client. Confined to the reader thread. */
public final class JobEntries {
  private final JobLabels labels;
  private final Map<String, String> external;
  private final SourceSink sink;

  /**
   * @param external labels of the client
   */
  public JobEntries(JobLabels labels, Map<String, String> external, SourceSink sink) {
    this.labels = labels;
    this.external = Map.copyOf(external);
    this.sink = sink;
  }

  /** The job whose entries these are. */
  public String job() {
    return labels.job();
  }

  public boolean hasRoom() {
    return sink.hasRoom();
  }

  /**
   * Gives one entry.
   *
   * @param told labels for the rules; not to be changed afterwards
   * @param timestampNanos or {@link SourceSink#TIME_OF_READING}
   * @param number what the position before the entry is made of
   * @param positionAt makes it
   * @return false if a rule drops the entry
   */
  public boolean give(
      Map<String, String> told,
      long timestampNanos,
      byte[] line,
      long number,
      LongFunction<FilePosition> positionAt) {
    Optional<Labels> own = labels.of(told);
    if (own.isEmpty()) {
      return false;
    }
    String text = own.get().withUnder(external).toString();
    sink.begin(new LineSource(labels.job(), own.get(), text), positionAt);
    sink.entry(timestampNanos, Labels.EMPTY, line, 0, line.length, number);
    return true;
  }

  /** Says that all entries up to {@code position} were given. */
  public void advance(FilePosition position) {
    sink.advance(position);
  }
}

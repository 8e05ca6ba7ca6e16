package io.skald.logql.pipeline;

import io.skald.common.model.Labels;
import io.skald.logql.pipeline.json.JsonPath;
import io.skald.logql.pipeline.logfmt.LogfmtScanner;
import io.skald.logql.template.TemplateData;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One entry on its way through the steps, and what the steps need while they work on it. One object
 * for all entries of a stream and thread.
 */
final class EntryState implements TemplateData {
  private final LabelState labels;
  private final JsonMembers jsonMembers = new JsonMembers();
  private final JsonPath.Search jsonSearch = new JsonPath.Search();
  private final LogfmtScanner logfmt = new LogfmtScanner();
  private long timestampNanos;
  private byte[] area = {};
  private int start;
  private int end;
  private byte @Nullable [] lineCopy;

  EntryState(Labels streamLabels, LabelNeeds needs) {
    this.labels = new LabelState(streamLabels, needs);
  }

  void reset(long timestampNanos, byte[] area, int start, int length, Labels metadata) {
    this.timestampNanos = timestampNanos;
    this.area = area;
    this.start = start;
    this.end = start + length;
    this.lineCopy = null;
    labels.reset(metadata);
  }

  LabelState state() {
    return labels;
  }

  byte[] area() {
    return area;
  }

  int start() {
    return start;
  }

  /** Returns the position behind the line. */
  int end() {
    return end;
  }

  /** Replaces the line; {@code line} must not change as long as the entry is looked at. */
  void setLine(byte[] line, int length) {
    area = line;
    start = 0;
    end = length;
    lineCopy = null;
  }

  JsonMembers jsonMembers() {
    return jsonMembers;
  }

  JsonPath.Search jsonSearch() {
    return jsonSearch;
  }

  LogfmtScanner logfmt() {
    return logfmt;
  }

  @Override
  public @Nullable String label(String name) {
    return labels.get(name);
  }

  @Override
  public SortedMap<String, String> labels() {
    return Collections.unmodifiableSortedMap(labels.all().toMap());
  }

  @Override
  public byte[] line() {
    byte[] copy = lineCopy;
    if (copy == null) {
      copy = Arrays.copyOfRange(area, start, end);
      lineCopy = copy;
    }
    return copy;
  }

  @Override
  public long timestampNanos() {
    return timestampNanos;
  }
}

package io.skald.logql.template;

import io.skald.common.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An entry for templates, built by hand, and a clock that stands still at its time. */
final class Entry implements TemplateData {
  /** 2023-11-14 22:13:20.123456789 UTC. */
  static final long TIMESTAMP_NANOS = 1_700_000_000_123_456_789L;

  private final SortedMap<String, String> labels;
  private final byte[] line;

  Entry(SortedMap<String, String> labels, byte[] line) {
    this.labels = labels;
    this.line = line;
  }

  static Entry of(String... namesAndValues) {
    SortedMap<String, String> labels = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new Entry(labels, "the line".getBytes(StandardCharsets.UTF_8));
  }

  Entry withLine(String text) {
    return new Entry(labels, text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public SortedMap<String, String> labels() {
    return labels;
  }

  @Override
  public byte[] line() {
    return line;
  }

  @Override
  public long timestampNanos() {
    return TIMESTAMP_NANOS;
  }

  @Override
  public @Nullable String label(String name) {
    return labels.get(name);
  }

  /** Runs a template called "line". */
  byte[] bytes(String template) {
    return Template.compile(
            "line", template, new StoppedClock(), ZoneOffset.UTC, Template.DEFAULT_MAX_OUTPUT_BYTES)
        .execute(this);
  }

  /** Runs a template; bytes that are not UTF-8 show as U+FFFD. */
  String run(String template) {
    return new String(bytes(template), StandardCharsets.UTF_8);
  }

  /** Runs a template; returns its output, or the error after an exclamation mark. */
  String outcome(String template) {
    try {
      return run(template);
    } catch (TemplateException e) {
      return "!" + e.getMessage();
    }
  }

  private static final class StoppedClock implements Clock {
    @Override
    public long nowNanos() {
      return TIMESTAMP_NANOS;
    }

    @Override
    public long monotonicNanos() {
      return 0;
    }
  }
}

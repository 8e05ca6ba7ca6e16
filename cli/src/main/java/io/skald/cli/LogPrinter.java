package io.skald.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Prints log entries. Labels that all entries of the first page share are told once. */
final class LogPrinter {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final LineOutput out;
  private final QueryCommand.Output output;
  private final Terminal terminal;
  private final boolean labels;
  private final boolean quiet;
  private final DateTimeFormatter times;
  private Set<String> common = Set.of();
  private boolean begun;

  LogPrinter(
      LineOutput out,
      QueryCommand.Output output,
      Terminal terminal,
      boolean labels,
      boolean utc,
      boolean quiet) {
    this.out = out;
    this.output = output;
    this.terminal = terminal;
    this.labels = labels;
    this.quiet = quiet;
    this.times =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
            .withZone(utc ? ZoneOffset.UTC : ZoneId.systemDefault());
  }

  void print(List<LogEntry> entries) {
    if (!begun && !entries.isEmpty()) {
      begun = true;
      begin(entries);
    }
    for (LogEntry entry : entries) {
      switch (output) {
        case RAW -> out.line(entry.line().getBytes(StandardCharsets.UTF_8));
        case JSONL -> out.line(json(entry));
        case DEFAULT -> out.line(text(entry));
      }
    }
  }

  private void begin(List<LogEntry> entries) {
    if (output != QueryCommand.Output.DEFAULT || !labels) {
      return;
    }
    Map<String, Object> first = entries.getFirst().labels();
    Set<String> shared = new HashSet<>(first.keySet());
    for (LogEntry entry : entries) {
      shared.removeIf(name -> !first.get(name).equals(entry.labels().get(name)));
    }
    common = shared;
    if (!quiet && !shared.isEmpty()) {
      Set<String> others = new HashSet<>(first.keySet());
      others.removeAll(shared);
      System.err.println("Common labels: " + LabelText.without(first, others));
    }
  }

  private String text(LogEntry entry) {
    StringBuilder line = new StringBuilder();
    line.append(terminal.dim(time(entry.timestampNanos()))).append(' ');
    if (labels) {
      String text = LabelText.without(entry.labels(), common);
      if (!text.equals("{}")) {
        line.append(terminal.cyan(text)).append(' ');
      }
    }
    return line.append(terminal.harmless(entry.line())).toString();
  }

  private String time(long nanos) {
    return times.format(
        Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND)));
  }

  private byte[] json(LogEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("timestamp", Long.toString(entry.timestampNanos()));
      json.writeObjectPropertyStart("labels");
      entry.labels().forEach((name, value) -> json.writeStringProperty(name, value.toString()));
      json.writeEndObject();
      json.writeStringProperty("line", entry.line());
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}

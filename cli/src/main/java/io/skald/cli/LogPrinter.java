package io.skald.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Prints log entries. Labels that all entries of the first page share are told once. */
final class LogPrinter {
  private static final JsonFactory JSON = new JsonFactory();

  private final LineOutput out;
  private final QueryCommand.Output output;
  private final Terminal terminal;
  private final boolean labels;
  private final @Nullable Shell notes;
  private Map<String, Object> common = Map.of();
  private boolean begun;

  /**
   * @param notes where the shared labels are told; null to keep quiet
   */
  LogPrinter(
      LineOutput out,
      QueryCommand.Output output,
      Terminal terminal,
      boolean labels,
      @Nullable Shell notes) {
    this.out = out;
    this.output = output;
    this.terminal = terminal;
    this.labels = labels;
    this.notes = notes;
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
    // Without the note the lines must tell all labels.
    if (output != QueryCommand.Output.DEFAULT || !labels || notes == null) {
      return;
    }
    Map<String, Object> shared = new HashMap<>(entries.getFirst().labels());
    for (LogEntry entry : entries) {
      shared
          .entrySet()
          .removeIf(label -> !label.getValue().equals(entry.labels().get(label.getKey())));
    }
    common = shared;
    if (!shared.isEmpty()) {
      notes.note("Common labels: " + LabelText.of(shared));
    }
  }

  private String text(LogEntry entry) {
    StringBuilder line = new StringBuilder();
    line.append(terminal.dim(terminal.time(entry.timestampNanos()))).append(' ');
    if (labels) {
      String text = LabelText.without(entry.labels(), common);
      if (!text.equals("{}")) {
        line.append(terminal.cyan(text)).append(' ');
      }
    }
    return line.append(terminal.harmless(entry.line())).toString();
  }

  private static byte[] json(LogEntry entry) {
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

package io.skald.cli;

import io.skald.common.push.DeliveryNote;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Asks a server for what agents told of their files, and prints which lines are missing. */
final class GapReport {
  private static final JsonFactory JSON = new JsonFactory();

  /** Parts of files are looked at from here on before the range, to know where they had come to. */
  private static final long LOOK_BACK_NANOS = TimeUnit.HOURS.toNanos(1);

  private final ServerConnection server;
  private final Progress progress;
  private final QueryCommand.Output output;
  private final Terminal terminal;
  private final long nowNanos;

  GapReport(
      ServerConnection server,
      Progress progress,
      QueryCommand.Output output,
      Terminal terminal,
      long nowNanos) {
    this.server = server;
    this.progress = progress;
    this.output = output;
    this.terminal = terminal;
    this.nowNanos = nowNanos;
  }

  /**
   * Prints the gaps that have a part in the range.
   *
   * @return a word to the user if there are none; empty otherwise
   */
  String print(LineOutput lines, long start, long end) {
    GapSearch search = new GapSearch(start, end);
    // A batch that was given up is told of with a later one, however much later.
    read("losses", start, Math.max(end, nowNanos) + 1, search::addLoss);
    read("ranges", start - LOOK_BACK_NANOS, Math.max(end, nowNanos) + 1, search::addRanges);
    List<GapSearch.Gap> gaps = search.gaps();
    gaps.forEach(gap -> lines.line(output == QueryCommand.Output.JSONL ? json(gap) : text(gap)));
    if (!gaps.isEmpty()) {
      return "";
    }
    return search.isInformed()
        ? "no line is known to be missing"
        : "no agent told of its files in this range; skald agent does, through a Skald server";
  }

  private void read(String kind, long start, long end, Consumer<LogEntry> taker) {
    String query = "{" + DeliveryNote.LABEL + "=\"" + kind + "\"}";
    new LogPages(server, query, start, end, 0, true, "", progress, _ -> {})
        .forEach(page -> page.forEach(taker));
  }

  private String text(GapSearch.Gap gap) {
    String count =
        gap.lines() >= 0
            ? gap.lines() + (gap.lines() == 1 ? " line" : " lines")
            : gap.bytes() + (gap.bytes() == 1 ? " byte" : " bytes");
    return terminal.time(gap.first())
        + "  "
        + terminal.time(gap.last())
        + "  "
        + terminal.cyan(gap.hop() + "/" + gap.reason())
        + "  "
        + count
        + "  "
        + terminal.harmless(gap.agent())
        + "  "
        + terminal.harmless(gap.file().isEmpty() ? "(several files)" : gap.file());
  }

  private static String json(GapSearch.Gap gap) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      json.writeStringProperty("first", Long.toString(gap.first()));
      json.writeStringProperty("last", Long.toString(gap.last()));
      json.writeStringProperty("hop", gap.hop());
      json.writeStringProperty("reason", gap.reason());
      json.writeStringProperty("agent", gap.agent());
      json.writeStringProperty("file", gap.file());
      if (gap.lines() >= 0) {
        json.writeNumberProperty("lines", gap.lines());
      }
      if (gap.bytes() >= 0) {
        json.writeNumberProperty("bytes", gap.bytes());
      }
      json.writeEndObject();
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;

/**
 * {@code cri}: {@code time stdout|stderr tag content}, single spaces between them. Lines with the
 * tag P are parts: they are joined without a separator with those that follow for the same labels.
 */
final class CriStage implements JoiningStage {
  private final Partials partials;

  private CriStage(Partials partials) {
    this.partials = partials;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    int maxSets = options.integer("max_partial_lines", 100);
    int maxBytes = options.integer("max_partial_line_size", 0);
    boolean truncates = options.flag("max_partial_line_size_truncate", false);
    if (maxSets < 1) {
      throw options.wrong("max_partial_lines", "must be at least 1");
    }
    building.done(options);
    return new CriStage(
        new Partials(building.context().clock(), maxSets, truncates ? maxBytes : 0));
  }

  @Override
  public void process(Entry entry, Output next) {
    byte[] line = entry.lineBytes();
    int from = entry.lineFrom();
    int end = from + entry.lineLength();
    int timeEnd = indexOfSpace(line, from, end);
    int streamEnd = timeEnd < 0 ? -1 : indexOfSpace(line, timeEnd + 1, end);
    int tagEnd = streamEnd < 0 ? -1 : indexOfSpace(line, streamEnd + 1, end);
    String stream = tagEnd < 0 ? "" : stream(line, timeEnd + 1, streamEnd);
    if (timeEnd == from || tagEnd <= streamEnd + 1 || stream.isEmpty()) {
      next.accept(entry);
      return;
    }
    String time = LineText.decode(line, from, timeEnd - from);
    boolean isPartial = tagEnd == streamEnd + 2 && line[streamEnd + 1] == 'P';
    entry.extract("time", time);
    entry.extract("stream", stream);
    entry.extract(
        "flags", isPartial ? "P" : LineText.decode(line, streamEnd + 1, tagEnd - streamEnd - 1));
    entry.setLabel("stream", stream);
    long nanos = CriTime.parse(line, from, timeEnd);
    if (nanos == CriTime.UNKNOWN) {
      JoiningStage.setTime(entry, time);
    } else {
      entry.setTimestampNanos(nanos);
    }
    entry.setLine(line, tagEnd + 1, end - tagEnd - 1);
    if (isPartial) {
      partials.add(entry, next);
    } else {
      partials.complete(entry, next);
    }
  }

  private static int indexOfSpace(byte[] line, int from, int end) {
    for (int i = from; i < end; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  private static String stream(byte[] line, int from, int end) {
    if (end - from != 6 || line[from] != 's' || line[from + 1] != 't' || line[from + 2] != 'd') {
      return "";
    }
    if (line[from + 3] == 'o' && line[from + 4] == 'u' && line[from + 5] == 't') {
      return "stdout";
    }
    return line[from + 3] == 'e' && line[from + 4] == 'r' && line[from + 5] == 'r' ? "stderr" : "";
  }

  @Override
  public Partials partials() {
    return partials;
  }
}

package io.skald.agent.pipeline;

import io.skald.agent.json.JsonWriter;
import io.skald.common.config.ConfigNode;
import java.util.List;
import java.util.TreeSet;

/**
 * {@code pack}: makes the line a JSON object of extracted values and the line itself. Labels that
 * were packed are taken away.
 */
record PackStage(List<String> names, boolean ingestTimestamp, StageContext context)
    implements Stage.Simple {
  private static final String LINE_KEY = "_entry";

  PackStage {
    names = List.copyOf(names);
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    TreeSet<String> names = new TreeSet<>(options.texts("labels"));
    boolean ingestTimestamp = options.flag("ingest_timestamp", true);
    building.done(options);
    return new PackStage(List.copyOf(names), ingestTimestamp, building.context());
  }

  @Override
  public boolean apply(Entry entry) {
    StringBuilder out = new StringBuilder("{");
    for (String name : names) {
      String value = entry.extractedText(name);
      if (value != null) {
        JsonWriter.appendString(out, name);
        out.append(':');
        JsonWriter.appendString(out, value);
        out.append(',');
        entry.removeLabel(name);
      }
    }
    JsonWriter.appendString(out, LINE_KEY);
    out.append(':');
    JsonWriter.appendString(out, entry.lineText());
    entry.setLine(out.append('}').toString());
    if (ingestTimestamp) {
      entry.setTimestampNanos(context.clock().nowNanos());
    }
    return true;
  }
}

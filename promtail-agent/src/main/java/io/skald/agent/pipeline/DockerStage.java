package io.skald.agent.pipeline;

import io.skald.agent.json.JsonException;
import io.skald.agent.json.JsonReader;
import io.skald.common.config.ConfigNode;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code docker}: the JSON that Docker's json-file driver writes. The driver splits long lines; the
 * option {@code join_partial} puts them together again at the newline.
 */
final class DockerStage implements JoiningStage {
  private static final Set<String> KEYS = Set.of("log", "stream", "time");
  private static final int MAX_LABEL_SETS = 100;

  private final boolean stripsNewline;
  private final boolean joins;
  private final Partials partials;

  private DockerStage(boolean stripsNewline, boolean joins, Partials partials) {
    this.stripsNewline = stripsNewline;
    this.joins = joins;
    this.partials = partials;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    DockerStage stage =
        new DockerStage(
            options.flag("strip_newline", false),
            options.flag("join_partial", false),
            new Partials(building.context().clock(), MAX_LABEL_SETS, 0));
    building.done(options);
    return stage;
  }

  @Override
  public void process(Entry entry, Output next) {
    Map<String, @Nullable Object> object;
    try {
      object = JsonReader.readObject(entry.lineText(), KEYS, false);
    } catch (JsonException _) {
      next.accept(entry);
      return;
    }
    if (object == null) {
      next.accept(entry);
      return;
    }
    object.forEach((key, value) -> {
      if (value == null || value instanceof String) {
        entry.extract(key, value);
      }
    });
    if (object.get("stream") instanceof String stream && LineText.isUtf8(stream)) {
      entry.setLabel("stream", stream);
    }
    if (object.get("time") instanceof String time) {
      JoiningStage.setTime(entry, time);
    }
    if (!(object.get("log") instanceof String log)) {
      next.accept(entry);
      return;
    }
    boolean ends = log.endsWith("\n");
    entry.setLine(ends && stripsNewline ? log.substring(0, log.length() - 1) : log);
    if (joins && !ends) {
      partials.add(entry, next);
    } else {
      partials.complete(entry, next);
    }
  }

  @Override
  public Partials partials() {
    return partials;
  }
}

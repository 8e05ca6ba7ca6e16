package io.skald.agent.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.config.ConfigNode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code drop}: drops entries that meet all conditions that are given. */
final class DropStage implements Stage.Simple {
  private final List<String> sources;
  private final String separator;
  private final @Nullable Pattern expression;
  private final @Nullable String value;
  private final long olderThanNanos;
  private final long longerThanBytes;
  private final String reason;
  private final StageContext context;

  private DropStage(StageOptions options, StageContext context) throws StageConfigException {
    this.sources = List.copyOf(options.texts("source"));
    this.separator = options.text("separator", ";");
    this.expression = options.has("expression") ? options.regex("expression") : null;
    this.value = options.has("value") ? options.text("value", "") : null;
    Duration olderThan = options.duration("older_than", Duration.ZERO);
    this.olderThanNanos = olderThan.toNanos();
    this.longerThanBytes = options.size("longer_than", -1);
    this.reason = options.text("drop_counter_reason", "drop_stage");
    this.context = context;
    if (expression == null && sources.isEmpty() && !olderThan.isPositive() && longerThanBytes < 0) {
      throw options.wrong("needs one of source, expression, older_than and longer_than");
    }
    if (value != null && expression != null) {
      throw options.wrong("takes only one of value and expression");
    }
    if (value != null && sources.isEmpty()) {
      throw options.wrong("takes a value only with a source");
    }
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    DropStage stage = new DropStage(options, building.context());
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    if (longerThanBytes >= 0 && entry.lineLength() <= longerThanBytes) {
      return true;
    }
    if (olderThanNanos > 0
        && context.clock().nowNanos() - entry.timestampNanos() <= olderThanNanos) {
      return true;
    }
    if (!sources.isEmpty() ? !sourcesMeet(entry) : !lineMeets(entry)) {
      return true;
    }
    context.events().dropped(reason);
    return false;
  }

  private boolean lineMeets(Entry entry) {
    return expression == null || expression.matcher(entry.lineText()).find();
  }

  private boolean sourcesMeet(Entry entry) {
    if (expression == null && value == null) {
      return sources.stream().allMatch(entry::hasExtracted);
    }
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (String source : sources) {
      if (!entry.hasExtracted(source)) {
        continue;
      }
      String text = entry.extractedText(source);
      if (text == null) {
        return false; // a null has no text to compare
      }
      joined.append(first ? "" : separator).append(text);
      first = false;
    }
    return expression != null
        ? expression.matcher(joined.toString()).find()
        : joined.toString().equals(value);
  }
}

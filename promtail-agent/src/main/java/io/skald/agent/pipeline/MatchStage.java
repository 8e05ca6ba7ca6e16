package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code match}: sends entries that a selector takes through stages of their own, or drops them.
 */
final class MatchStage implements Stage.Holding {
  private final EntrySelector selector;
  private final Pipeline inner;
  private final @Nullable String dropReason;
  private final StageEvents events;

  /** The run for the output it was made for; outputs do not change once a pipeline runs. */
  private Pipeline.@Nullable Run run;

  private @Nullable Output runOutput;

  private MatchStage(
      EntrySelector selector, Pipeline inner, @Nullable String dropReason, StageEvents events) {
    this.selector = selector;
    this.inner = inner;
    this.dropReason = dropReason;
    this.events = events;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    EntrySelector selector = EntrySelector.parse(options, options.requiredText("selector"));
    String action = options.text("action", "keep").toLowerCase(Locale.ROOT);
    String reason = options.text("drop_counter_reason", "match_stage");
    options.text("pipeline_name", "");
    ConfigNode stages = options.node("stages");
    List<ConfigNode> items = List.of();
    if (stages instanceof ConfigNode.Sequence(List<ConfigNode> list, _)) {
      items = list;
    } else if (stages != null) {
      throw options.wrong("stages", "must be a list");
    }
    switch (action) {
      case "keep" -> {
        if (items.isEmpty()) {
          throw options.wrong("'stages' is required when the action is keep");
        }
      }
      case "drop" -> {
        if (!items.isEmpty()) {
          throw options.wrong("stages", "must not stand beside the action drop");
        }
      }
      default -> throw options.wrong("action", "must be keep or drop: " + action);
    }
    Pipeline inner = building.nested(items);
    building.done(options);
    return new MatchStage(
        selector, inner, action.equals("drop") ? reason : null, building.context().events());
  }

  @Override
  public void process(Entry entry, Output next) {
    if (!selector.matches(entry)) {
      next.accept(entry);
    } else if (dropReason != null) {
      events.dropped(dropReason);
      entry.release();
    } else {
      inner(next).process(entry);
    }
  }

  @Override
  public long flushDue(long nowNanos, Output next) {
    return inner(next).flushDue(nowNanos);
  }

  @Override
  public boolean mayRead() {
    return inner.mayRead();
  }

  @Override
  public void flush(Output next) {
    inner(next).flush();
  }

  private Pipeline.Run inner(Output next) {
    Pipeline.Run present = run;
    if (present == null || runOutput != next) {
      present = inner.to(next::accept, null);
      run = present;
      runOutput = next;
    }
    return present;
  }
}

package io.skald.agent.pipeline;

import io.skald.common.collect.Latest;
import io.skald.common.config.ConfigNode;
import java.util.Map;

/**
 * {@code limit}: lets so many lines a second pass. Without {@code drop} it does not hold lines back
 * itself: reading pauses until the lines that passed are paid for.
 */
final class LimitStage implements Stage.Simple {
  /** No fewer values are told apart, so that their limits do not start over all the time. */
  private static final int MIN_DISTINCT_LABELS = 10_000;

  private final double rate;
  private final int burst;
  private final boolean drops;
  private final String label;
  private final StageContext context;
  private final TokenBucket bucket;
  private final Map<String, TokenBucket> byValue;

  private LimitStage(
      double rate, int burst, boolean drops, String label, int maxDistinct, StageContext context) {
    this.rate = rate;
    this.burst = burst;
    this.drops = drops;
    this.label = label;
    this.context = context;
    this.bucket = new TokenBucket(rate, burst, context.clock());
    this.byValue = Latest.used(maxDistinct);
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    double rate = options.number("rate", 0);
    int burst = options.integer("burst", 0);
    boolean drops = options.flag("drop", false);
    String label = options.text("by_label_name", "");
    int maxDistinct = options.integer("max_distinct_labels", MIN_DISTINCT_LABELS);
    if (!(rate > 0) || burst <= 0) {
      throw options.wrong("needs rate and burst above 0");
    }
    if (!label.isEmpty() && !drops) {
      throw options.wrong("by_label_name", "needs drop: true");
    }
    building.done(options);
    return new LimitStage(
        rate, burst, drops, label, Math.max(maxDistinct, MIN_DISTINCT_LABELS), building.context());
  }

  @Override
  public boolean apply(Entry entry) {
    if (!drops) {
      bucket.take();
      return true;
    }
    if (label.isEmpty()) {
      if (bucket.tryTake()) {
        return true;
      }
      context.events().dropped("ratelimit_drop_stage");
      return false;
    }
    String value = entry.labels().get(label);
    if (value == null) {
      return true;
    }
    TokenBucket own =
        byValue.computeIfAbsent(value, _ -> new TokenBucket(rate, burst, context.clock()));
    if (own.tryTake()) {
      return true;
    }
    context.events().dropped("ratelimit_drop_stage");
    context.events().droppedByLabel(label, value);
    return false;
  }

  @Override
  public boolean mayRead() {
    return drops || bucket.isPaid();
  }
}

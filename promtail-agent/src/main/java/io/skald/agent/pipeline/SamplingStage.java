package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;

/** {@code sampling}: keeps a share of the entries, at random. */
record SamplingStage(double rate, String reason, StageContext context) implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    if (!options.has("rate")) {
      throw options.wrong("'rate' is required");
    }
    double rate = options.number("rate", 0);
    if (!(rate >= 0 && rate <= 1)) {
      throw options.wrong("rate", "must be from 0 to 1: " + rate);
    }
    String reason = options.text("drop_counter_reason", "sampling_stage");
    building.done(options);
    return new SamplingStage(rate, reason, building.context());
  }

  @Override
  public boolean apply(Entry entry) {
    if (context.random().nextDouble() < rate) {
      return true;
    }
    context.events().dropped(reason);
    return false;
  }
}

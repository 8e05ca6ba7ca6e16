package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;

/** {@code output}: makes an extracted value the line. */
record OutputStage(String source) implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    OutputStage stage = new OutputStage(options.requiredText("source"));
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.extractedText(source);
    if (text != null) {
      entry.setLine(text);
    }
    return true;
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import io.skald.logql.pipeline.AnsiEscapes;

/** {@code decolorize}: strips the escape sequences of terminals from the line. */
record DecolorizeStage() implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    building.done(new StageOptions(body));
    return new DecolorizeStage();
  }

  @Override
  public boolean apply(Entry entry) {
    int end = entry.lineFrom() + entry.lineLength();
    byte[] stripped = AnsiEscapes.strip(entry.lineBytes(), entry.lineFrom(), end);
    if (stripped != null) {
      entry.setLine(stripped, 0, stripped.length);
    }
    return true;
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import java.util.Map;

/** {@code static_labels}: sets labels to fixed values. */
record StaticLabelsStage(Map<String, String> labels) implements Stage.Simple {
  StaticLabelsStage {
    labels = Map.copyOf(labels);
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    Map<String, String> labels = StageOptions.map("static_labels", body, false);
    for (String name : labels.keySet()) {
      StageOptions.checkLabelName(body, name);
    }
    return new StaticLabelsStage(labels);
  }

  @Override
  public boolean apply(Entry entry) {
    labels.forEach(entry::setLabel);
    return true;
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import java.util.Map;

/** {@code labels}: makes extracted values labels. */
final class LabelsStage implements Stage.Simple {
  private final String[] names;
  private final String[] sources;

  private LabelsStage(Map<String, String> labels) {
    this.names = labels.keySet().toArray(String[]::new);
    this.sources = labels.values().toArray(String[]::new);
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    Map<String, String> labels = StageOptions.map("labels", body, true);
    if (labels.isEmpty()) {
      throw new StageConfigException(body.origin(), "needs one label at least");
    }
    for (String name : labels.keySet()) {
      StageOptions.checkLabelName(body, name);
    }
    return new LabelsStage(labels);
  }

  @Override
  public boolean apply(Entry entry) {
    Labels.Builder changed = null;
    for (int i = 0; i < names.length; i++) {
      String value = entry.extractedText(sources[i]);
      if (value != null && LineText.isUtf8(value)) {
        if (changed == null) {
          changed = entry.labels().toBuilder();
        }
        changed.set(names[i], value);
      }
    }
    if (changed != null) {
      entry.setLabels(changed.build());
    }
    return true;
  }
}

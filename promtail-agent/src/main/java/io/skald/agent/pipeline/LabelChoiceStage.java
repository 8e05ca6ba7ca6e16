package io.skald.agent.pipeline;

import io.skald.common.model.Labels;
import java.util.Set;

/** {@code labeldrop} and {@code labelallow}: takes labels away by name. */
record LabelChoiceStage(Set<String> names, boolean keepsThem) implements Stage.Simple {
  LabelChoiceStage {
    names = Set.copyOf(names);
  }

  static PipelineCompiler.StageFactory factory(boolean keepsThem) {
    return (body, _) -> {
      Set<String> names = Set.copyOf(StageOptions.texts("names", body));
      if (names.isEmpty()) {
        throw new StageConfigException(body.origin(), "needs one name at least");
      }
      return new LabelChoiceStage(names, keepsThem);
    };
  }

  @Override
  public boolean apply(Entry entry) {
    Labels labels = entry.labels();
    Labels.Builder left = Labels.builder();
    for (int i = 0; i < labels.size(); i++) {
      if (names.contains(labels.name(i)) == keepsThem) {
        left.set(labels.name(i), labels.value(i));
      }
    }
    entry.setLabels(left.build());
    return true;
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import java.util.Map;

/**
 * {@code structured_metadata}: adds extracted values to the structured metadata, else labels. A
 * label of the source's name with the same value is taken away.
 */
record StructuredMetadataStage(Map<String, String> names) implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    Map<String, String> names = StageOptions.map("structured_metadata", body, true);
    if (names.isEmpty()) {
      throw new StageConfigException(body.origin(), "needs one name at least");
    }
    for (String name : names.keySet()) {
      StageOptions.checkLabelName(body, name);
    }
    return new StructuredMetadataStage(names);
  }

  @Override
  public boolean apply(Entry entry) {
    Labels.Builder metadata = entry.metadata().toBuilder();
    for (Map.Entry<String, String> name : names.entrySet()) {
      String source = name.getValue();
      String value = entry.extractedText(source);
      String label = entry.labels().get(source);
      if (value == null) {
        value = label;
      }
      if (value != null && LineText.isUtf8(value)) {
        metadata.set(name.getKey(), value);
        if (value.equals(label)) {
          entry.removeLabel(source);
        }
      }
    }
    entry.setMetadata(metadata.build());
    return true;
  }
}

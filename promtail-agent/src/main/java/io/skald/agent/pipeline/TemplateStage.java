package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;

/** {@code template}: sets an extracted value to a template; an empty result takes it away. */
record TemplateStage(String source, TemplateText template) implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    String source = options.requiredText("source");
    options.requiredText("template");
    TemplateStage stage =
        new TemplateStage(source, TemplateText.compile(options, "template", building));
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String result = template.expand(entry, entry.extractedText(source));
    if (result == null) {
      return true;
    }
    if (result.isEmpty()) {
      entry.removeExtracted(source);
    } else {
      entry.extract(source, result);
    }
    return true;
  }
}

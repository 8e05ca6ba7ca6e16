package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import org.jspecify.annotations.Nullable;

/** {@code tenant}: says whose the entry is, by the label {@link #LABEL}, which is not sent. */
record TenantStage(String label, String source, String value) implements Stage.Simple {
  static final String LABEL = "__tenant_id__";

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    TenantStage stage =
        new TenantStage(
            options.text("label", ""), options.text("source", ""), options.text("value", ""));
    int given = 0;
    for (String key : new String[] {stage.label, stage.source, stage.value}) {
      given += key.isEmpty() ? 0 : 1;
    }
    if (given != 1) {
      throw options.wrong("needs exactly one of label, source and value");
    }
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String tenant = tenant(entry);
    if (tenant != null && !tenant.isEmpty() && LineText.isUtf8(tenant)) {
      entry.setLabel(LABEL, tenant);
    }
    return true;
  }

  private @Nullable String tenant(Entry entry) {
    if (!value.isEmpty()) {
      return value;
    }
    return source.isEmpty() ? entry.labels().get(label) : entry.extractedText(source);
  }
}

package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import java.util.Map;

/** The stages by their names. */
final class StageCatalogue {
  static final Map<String, PipelineCompiler.StageFactory> STAGES =
      Map.ofEntries(
          Map.entry("cri", CriStage::make),
          Map.entry("decolorize", DecolorizeStage::make),
          Map.entry("docker", DockerStage::make),
          Map.entry("drop", DropStage::make),
          Map.entry("eventlogmessage", EventLogMessageStage::make),
          Map.entry("geoip", StageCatalogue::geoip),
          Map.entry("json", JsonStage::make),
          Map.entry("labelallow", LabelChoiceStage.factory(true)),
          Map.entry("labeldrop", LabelChoiceStage.factory(false)),
          Map.entry("labels", LabelsStage::make),
          Map.entry("limit", LimitStage::make),
          Map.entry("logfmt", LogfmtStage::make),
          Map.entry("match", MatchStage::make),
          Map.entry("metrics", MetricsStage::make),
          Map.entry("multiline", MultilineStage::make),
          Map.entry("non_indexed_labels", StructuredMetadataStage::make),
          Map.entry("output", OutputStage::make),
          Map.entry("pack", PackStage::make),
          Map.entry("regex", RegexStage::make),
          Map.entry("replace", ReplaceStage::make),
          Map.entry("sampling", SamplingStage::make),
          Map.entry("static_labels", StaticLabelsStage::make),
          Map.entry("structured_metadata", StructuredMetadataStage::make),
          Map.entry("template", TemplateStage::make),
          Map.entry("tenant", TenantStage::make),
          Map.entry("timestamp", TimestampStage::make));

  private StageCatalogue() {}

  private static Stage geoip(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    throw new StageConfigException(
        body.origin(),
        "is not supported: the agent cannot read MaxMind databases; look addresses up where the"
            + " logs are queried, or take the stage out");
  }
}

package io.skald.agent;

import io.skald.agent.pipeline.Pipeline;
import io.skald.agent.pipeline.PipelineCompiler;
import io.skald.agent.pipeline.StageContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pipelines of all jobs. */
final class Pipelines {
  private final Map<String, Pipeline> byJob = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private Pipelines() {}

  /** Compiles all that can be; see {@link #problems}. */
  static Pipelines compile(List<AgentConfig.ScrapeConfig> jobs, StageContext context) {
    Pipelines all = new Pipelines();
    for (AgentConfig.ScrapeConfig job : jobs) {
      PipelineCompiler compiler = new PipelineCompiler(job.jobName(), context);
      all.byJob.put(job.jobName(), compiler.compile(job.pipelineStages()));
      all.problems.addAll(compiler.problems());
      all.warnings.addAll(compiler.warnings());
    }
    return all;
  }

  Map<String, Pipeline> byJob() {
    return byJob;
  }

  List<String> problems() {
    return problems;
  }

  List<String> warnings() {
    return warnings;
  }
}

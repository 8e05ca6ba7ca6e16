package io.skald.agent;

import io.skald.agent.pipeline.StageContext;
import io.skald.agent.pipeline.StageEvents;
import io.skald.agent.pipeline.StageMetrics;
import io.skald.agent.tail.Target;
import io.skald.common.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Builds everything that a configuration describes, and opens nothing. */
public final class AgentChecks {
  private AgentChecks() {}

  /**
   * What was found.
   *
   * @param problems each with job, and file and line where they are known
   * @param warnings what has no effect
   */
  public record Findings(List<String> problems, List<String> warnings) {
    public Findings {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  /** Returns all mistakes in stages, relabel rules and globs. */
  public static Findings findings(AgentConfig config) {
    List<String> problems = new ArrayList<>();
    StageContext context =
        new StageContext(Clock.system(), new Random(0), StageEvents.NONE, StageMetrics.NONE);
    Pipelines pipelines = Pipelines.compile(config.scrapeConfigs(), context);
    problems.addAll(pipelines.problems());
    for (AgentConfig.ScrapeConfig scrape : config.scrapeConfigs()) {
      try {
        TargetSets.rules(scrape);
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      for (AgentConfig.StaticConfig labels : scrape.staticConfigs()) {
        // Rules may make the path, and lines of standard input need none.
        boolean needsPath = scrape.relabelConfigs().isEmpty() && !config.targetConfig().stdin();
        if (needsPath || labels.labels().containsKey("__path__")) {
          checkGlobs(scrape.jobName(), labels.labels(), problems);
        }
      }
    }
    return new Findings(problems, pipelines.warnings());
  }

  private static void checkGlobs(String job, Map<String, String> labels, List<String> problems) {
    try {
      Target _ = new Target(job + "/0", labels);
    } catch (IllegalArgumentException e) {
      problems.add("job '" + job + "': " + e.getMessage());
    }
  }

  /**
   * @throws IllegalArgumentException with all mistakes, one a line
   */
  static void check(AgentConfig config) {
    List<String> problems = findings(config).problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
  }
}

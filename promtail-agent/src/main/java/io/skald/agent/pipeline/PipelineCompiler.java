package io.skald.agent.pipeline;

import io.skald.common.config.ConfigNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds the pipelines of a job from what is written. Goes on after a mistake, so that {@link
 * #problems} holds all of them; a pipeline with problems must not run.
 */
public final class PipelineCompiler {
  /** How deep {@code match} stages may lie in each other. */
  private static final int MAX_DEPTH = 20;

  private static final Map<String, StageFactory> STAGES = new TreeMap<>(StageCatalogue.STAGES);

  private final String job;
  private final StageContext context;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  /** Makes a stage. */
  interface StageFactory {
    Stage make(ConfigNode body, Building building) throws StageConfigException;
  }

  /** What factories use beside the body. */
  final class Building {
    private final String stage;
    private final int depth;

    private Building(String stage, int depth) {
      this.stage = stage;
      this.depth = depth;
    }

    StageContext context() {
      return context;
    }

    Pipeline nested(List<ConfigNode> stages) {
      return compile(stages, depth + 1);
    }

    /** Warns of keys that no stage knows. */
    void done(StageOptions options) {
      options
          .unknownKeys()
          .forEach((key, origin) ->
              warnings.add(
                  describe(origin, stage) + "key '" + key + "' is not known and has no effect"));
    }
  }

  /**
   * @param job its name, for messages
   */
  public PipelineCompiler(String job, StageContext context) {
    this.job = job;
    this.context = context;
  }

  /** Returns the pipeline of the stages as far as they are right. */
  public Pipeline compile(List<ConfigNode> stages) {
    return compile(stages, 0);
  }

  /** Returns what is wrong, each with file, line, job and stage. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Returns what has no effect. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  private Pipeline compile(List<ConfigNode> stages, int depth) {
    List<Pipeline.Step> steps = new ArrayList<>();
    for (ConfigNode node : stages) {
      if (!(node instanceof ConfigNode.Mapping mapping) || mapping.entries().size() != 1) {
        problems.add(
            node.origin()
                + ": job '"
                + job
                + "': each item of pipeline_stages must be one stage, like '- regex: {...}'");
        continue;
      }
      String name = mapping.entries().keySet().iterator().next();
      ConfigNode body = mapping.entries().values().iterator().next();
      String origin = mapping.keyOrigins().getOrDefault(name, mapping.origin());
      String key = name.toLowerCase(Locale.ROOT);
      StageFactory factory = STAGES.get(key);
      if (factory == null) {
        problems.add(
            describe(origin, name)
                + "there is no such stage; there are "
                + String.join(", ", STAGES.keySet()));
      } else if (depth > MAX_DEPTH) {
        problems.add(describe(origin, name) + "lies more than " + MAX_DEPTH + " stages deep");
      } else {
        try {
          steps.add(new Pipeline.Step(key, factory.make(body, new Building(name, depth))));
        } catch (StageConfigException e) {
          problems.add(describe(e.origin(), name) + e.getMessage());
        }
      }
    }
    return new Pipeline(steps);
  }

  private String describe(String origin, String stage) {
    return origin + ": job '" + job + "', stage '" + stage + "': ";
  }
}

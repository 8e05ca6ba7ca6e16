package io.skald.agent.pipeline;

import com.google.re2j.Matcher;
import io.skald.common.config.ConfigNode;

/** {@code regex}: extracts the named groups of the first match; a group that took no part is "". */
record RegexStage(NamedGroups groups, String source) implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    NamedGroups groups = groups(options);
    RegexStage stage = new RegexStage(groups, options.text("source", ""));
    building.done(options);
    return stage;
  }

  static NamedGroups groups(StageOptions options) throws StageConfigException {
    String expression = options.requiredText("expression");
    try {
      return NamedGroups.compile(expression);
    } catch (IllegalArgumentException e) {
      throw options.wrong("expression", "is not a valid RE2 expression: " + e.getMessage());
    }
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.source(source);
    if (text == null) {
      return true;
    }
    Matcher match = groups.pattern().matcher(text);
    if (match.find()) {
      for (int i = 1; i < groups.names().size(); i++) {
        String name = groups.names().get(i);
        if (!name.isEmpty()) {
          String group = match.group(i);
          entry.extract(name, group == null ? "" : group);
        }
      }
    }
    return true;
  }
}

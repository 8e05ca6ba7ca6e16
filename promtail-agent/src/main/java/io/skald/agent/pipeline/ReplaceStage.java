package io.skald.agent.pipeline;

import com.google.re2j.Matcher;
import io.skald.common.config.ConfigNode;

/** {@code replace}: puts a template in the place of each group of each match. */
record ReplaceStage(NamedGroups groups, String source, TemplateText replacement)
    implements Stage.Simple {
  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    ReplaceStage stage =
        new ReplaceStage(
            RegexStage.groups(options),
            options.text("source", ""),
            TemplateText.compile(options, "replace", building));
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.source(source);
    if (text == null) {
      return true;
    }
    Matcher match = groups.pattern().matcher(text);
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (boolean first = true; match.find(); first = false) {
      int outerEnd = copied;
      for (int i = 1; i <= match.groupCount(); i++) {
        int start = match.start(i);
        if (start < 0) {
          continue;
        }
        String replaced = replacement.expand(entry, match.group(i));
        if (replaced == null) {
          return true;
        }
        if (first && !groups.names().get(i).isEmpty()) {
          entry.extract(groups.names().get(i), replaced);
        }
        if (start >= outerEnd) { // else it lies in a group that was replaced as a whole
          out.append(text, copied, start).append(replaced);
          copied = match.end(i);
          outerEnd = copied;
        }
      }
    }
    if (copied > 0 || !out.isEmpty()) {
      String result = out.append(text, copied, text.length()).toString();
      if (source.isEmpty()) {
        entry.setLine(result);
      } else {
        entry.extract(source, result);
      }
    }
    return true;
  }
}

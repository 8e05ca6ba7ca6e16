package io.skald.agent.pipeline;

import io.skald.logql.template.StageTemplate;
import io.skald.logql.template.TemplateException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A template that sees extracted values as text, {@code .Value} and {@code .Entry}. */
final class TemplateText {
  private final StageTemplate template;

  private TemplateText(StageTemplate template) {
    this.template = template;
  }

  static TemplateText compile(StageOptions options, String key, PipelineCompiler.Building building)
      throws StageConfigException {
    try {
      return new TemplateText(
          StageTemplate.compile(options.text(key, ""), building.context().clock()));
    } catch (TemplateException e) {
      throw options.wrong(key, "is not a valid template: " + e.getMessage());
    }
  }

  /**
   * Runs the template.
   *
   * @param value null if there is none
   * @return null if it failed
   */
  @Nullable String expand(Entry entry, @Nullable String value) {
    Map<String, byte[]> fields = new HashMap<>();
    for (String name :
        template.readsAllFields() ? entry.allExtracted().keySet() : template.fields()) {
      String text = entry.extractedText(name);
      if (text != null) {
        fields.put(name, LineText.encode(text));
      }
    }
    fields.put("Entry", line(entry));
    if (value != null) {
      fields.put("Value", LineText.encode(value));
    }
    try {
      byte[] result = template.expand(fields);
      return LineText.decode(result, 0, result.length);
    } catch (TemplateException _) {
      return null;
    }
  }

  private static byte[] line(Entry entry) {
    int from = entry.lineFrom();
    return Arrays.copyOfRange(entry.lineBytes(), from, from + entry.lineLength());
  }
}

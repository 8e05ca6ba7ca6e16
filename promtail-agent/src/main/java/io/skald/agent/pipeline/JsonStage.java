package io.skald.agent.pipeline;

import io.skald.agent.json.JmesPath;
import io.skald.agent.json.JsonException;
import io.skald.agent.json.JsonReader;
import io.skald.agent.json.JsonWriter;
import io.skald.common.config.ConfigNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code json}: extracts what JMESPath expressions find in an object. */
final class JsonStage implements Stage.Simple {
  private final Map<String, JmesPath> expressions;
  private final @Nullable Set<String> keys;
  private final String source;
  private final boolean dropMalformed;
  private final boolean exactNumbers;
  private final StageEvents events;

  private JsonStage(
      Map<String, JmesPath> expressions,
      String source,
      boolean dropMalformed,
      StageContext context) {
    this.expressions = expressions;
    this.keys = JmesPath.firstKeys(expressions.values());
    this.source = source;
    this.dropMalformed = dropMalformed;
    this.exactNumbers = context.exactNumbers();
    this.events = context.events();
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    Map<String, JmesPath> expressions = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : options.map("expressions").entrySet()) {
      try {
        expressions.put(entry.getKey(), JmesPath.compile(entry.getValue()));
      } catch (IllegalArgumentException e) {
        throw options.wrong("expressions", entry.getKey() + ": " + e.getMessage());
      }
    }
    if (expressions.isEmpty()) {
      throw options.wrong("'expressions' is required");
    }
    JsonStage stage =
        new JsonStage(
            expressions,
            options.text("source", ""),
            options.flag("drop_malformed", false),
            building.context());
    building.done(options);
    return stage;
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.source(source);
    if (text == null) {
      return true;
    }
    Map<String, @Nullable Object> object;
    try {
      object = JsonReader.readObject(text, keys, exactNumbers);
    } catch (JsonException _) {
      if (dropMalformed) {
        events.dropped("malformed_json");
      }
      return !dropMalformed;
    }
    for (Map.Entry<String, JmesPath> expression : expressions.entrySet()) {
      try {
        entry.extract(expression.getKey(), scalar(expression.getValue().search(object)));
      } catch (JsonException _) {
        // a function that cannot take what it found extracts nothing
      }
    }
    return true;
  }

  private static @Nullable Object scalar(@Nullable Object value) {
    return value instanceof Map<?, ?> || value instanceof List<?> ? JsonWriter.write(value) : value;
  }
}

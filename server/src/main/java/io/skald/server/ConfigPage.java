package io.skald.server;

import io.skald.common.config.ConfigWriter;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code /config}: the settings that this process runs with, as YAML. */
final class ConfigPage {
  private ConfigPage() {}

  /** Answers all settings, the built-in ones ({@code mode=defaults}) or those that differ. */
  static HttpResponse answer(SkaldConfig running, HttpRequest request) {
    List<String> modes = request.parameters("mode");
    String mode = modes.isEmpty() ? "" : modes.getFirst();
    return switch (mode) {
      case "" -> HttpResponse.text(200, ConfigWriter.yaml(running));
      case "defaults" -> HttpResponse.text(200, ConfigWriter.yaml(SkaldConfig.DEFAULTS));
      case "diff" -> {
        Map<String, Object> defaults = ConfigWriter.tree(SkaldConfig.DEFAULTS);
        Map<String, Object> difference = difference(ConfigWriter.tree(running), defaults);
        yield HttpResponse.text(200, ConfigWriter.yaml(difference));
      }
      default ->
          HttpResponse.error(400, "mode has to be 'diff' or 'defaults', not '" + mode + "'\n");
    };
  }

  private static Map<String, Object> difference(Map<?, ?> running, Map<?, ?> defaults) {
    Map<String, Object> difference = new TreeMap<>();
    running.forEach((key, value) -> {
      Object standard = defaults.get(key);
      if (value instanceof Map<?, ?> inner && standard instanceof Map<?, ?> other) {
        Map<String, Object> below = difference(inner, other);
        if (!below.isEmpty()) {
          difference.put(key.toString(), below);
        }
      } else if (!value.equals(standard)) {
        difference.put(key.toString(), value);
      }
    });
    return difference;
  }
}

package io.skald.server;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code /log_level}: tells the level of the project's loggers, or sets it until the next start.
 */
final class LogLevelPage {
  private static final List<String> LEVELS = List.of("debug", "info", "warn", "error");
  private static final JsonFactory JSON = new JsonFactory();

  private LogLevelPage() {}

  static HttpResponse get() {
    return answer(200, "", "Current log level is " + Logging.level());
  }

  static HttpResponse set(HttpRequest request) {
    List<String> levels = request.parameters("log_level");
    String level = levels.isEmpty() ? "" : levels.getFirst();
    if (!LEVELS.contains(level)) {
      return answer(400, "failed", "unrecognized log level \"" + level + "\"");
    }
    Logging.setLevel(level);
    return answer(200, "success", "Log level set to " + level);
  }

  private static HttpResponse answer(int status, String outcome, String message) {
    StringWriter body = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      if (!outcome.isEmpty()) {
        json.writeStringProperty("status", outcome);
      }
      json.writeStringProperty("message", message);
      json.writeEndObject();
    }
    byte[] text = body.toString().getBytes(StandardCharsets.UTF_8);
    return HttpResponse.of(status, "application/json", text);
  }
}

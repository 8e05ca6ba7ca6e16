package io.skald.server;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code /log_level}: tells the level of the project's loggers, or sets it until the next start.
 */
final class LogLevelPage {
  private static final JsonFactory JSON = new JsonFactory();

  private LogLevelPage() {}

  static HttpResponse get() {
    return answer(200, "", "Current log level is " + Logging.level());
  }

  static HttpResponse set(HttpRequest request) {
    List<String> levels = request.parameters("log_level");
    String level = levels.isEmpty() ? "" : levels.getFirst();
    if (!Logging.LEVELS.contains(level)) {
      return answer(400, "failed", "unrecognized log level \"" + level + "\"");
    }
    Logging.setLevel(level);
    return answer(200, "success", "Log level set to " + level);
  }

  private static HttpResponse answer(int status, String outcome, String message) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      if (!outcome.isEmpty()) {
        json.writeStringProperty("status", outcome);
      }
      json.writeStringProperty("message", message);
      json.writeEndObject();
    }
    return HttpResponse.of(status, "application/json", body.toByteArray());
  }
}

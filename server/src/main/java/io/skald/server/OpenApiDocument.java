package io.skald.server;

import io.skald.common.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The description of the HTTP API (OpenAPI 3.1) that the server hands out. */
final class OpenApiDocument {
  private static final String RESOURCE = "openapi.yaml";

  private OpenApiDocument() {}

  static HttpResponse answer() {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the program was built without " + RESOURCE);
      }
      return HttpResponse.of(200, "application/yaml", in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE + " cannot be read", e);
    }
  }
}

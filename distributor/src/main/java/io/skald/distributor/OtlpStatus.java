package io.skald.distributor;

import io.skald.common.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The errors of OpenTelemetry exporters: a message {@code google.rpc.Status} whose field 2 holds the
 * text (OTLP specification, "OTLP/HTTP Response").
 */
final class OtlpStatus {
  private static final String TYPE = "application/octet-stream";
  private static final int MESSAGE = (2 << 3) | 2;

  private OtlpStatus() {}

  /** Exporters do not send again after a 500, so it becomes 503. */
  static HttpResponse of(int status, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 6);
    out.write(MESSAGE);
    int rest = bytes.length;
    while (rest > 0x7F) {
      out.write((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
    out.writeBytes(bytes);
    return HttpResponse.of(status == 500 ? 503 : status, TYPE, out.toByteArray());
  }
}

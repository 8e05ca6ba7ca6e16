package io.skald.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code /ring}: the members of the ingester ring, as a page, or as JSON for whoever accepts only
 * that. A POST with {@code forget=ID} is for members that have died; in one process there are none.
 */
final class RingPage {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String HTML = "text/html; charset=utf-8";
  private static final String PAGE =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head><meta charset="utf-8"><title>Ingester ring</title></head>
      <body>
      <h1>Ingester ring</h1>
      <table>
      <tr><th>Instance</th><th>Zone</th><th>State</th><th>Tokens</th><th>Owned</th></tr>
      %s</table>
      </body>
      </html>
      """;

  private final Supplier<Ring> ring;

  RingPage(Supplier<Ring> ring) {
    this.ring = ring;
  }

  HttpResponse show(HttpRequest request) {
    Ring now = ring.get();
    return String.valueOf(request.header("Accept")).startsWith("application/json")
        ? HttpResponse.of(200, HttpResponse.JSON, json(now))
        : HttpResponse.of(200, HTML, PAGE.formatted(rows(now)).getBytes(UTF_8));
  }

  HttpResponse forget(HttpRequest request) {
    List<String> ids = request.parameters("forget");
    if (ids.isEmpty()) {
      return HttpResponse.error(400, "forget must name an instance\n");
    }
    String id = ids.getFirst();
    boolean known = ring.get().instances().stream().anyMatch(member -> member.id().equals(id));
    return known
        ? HttpResponse.error(400, "instance '" + id + "' is alive; stop it and it leaves\n")
        : HttpResponse.error(404, "there is no instance '" + id + "'\n");
  }

  private static String rows(Ring ring) {
    StringBuilder rows = new StringBuilder();
    for (Instance member : ring.instances()) {
      rows.append("<tr>");
      cell(rows, member.id());
      cell(rows, member.zone());
      cell(rows, member.state().toString());
      cell(rows, Integer.toString(member.tokens().size()));
      cell(rows, String.format(Locale.ROOT, "%.1f%%", 100 * ring.ownedShare(member.id())));
      rows.append("</tr>\n");
    }
    return rows.toString();
  }

  private static void cell(StringBuilder out, String text) {
    out.append("<td>").append(text.replace("&", "&amp;").replace("<", "&lt;")).append("</td>");
  }

  private static byte[] json(Ring ring) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("shards");
      for (Instance member : ring.instances()) {
        json.writeStartObject();
        json.writeStringProperty("id", member.id());
        json.writeStringProperty("zone", member.zone());
        json.writeStringProperty("state", member.state().toString());
        json.writeNumberProperty("tokens", member.tokens().size());
        json.writeNumberProperty("owned_share", ring.ownedShare(member.id()));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return body.toByteArray();
  }
}

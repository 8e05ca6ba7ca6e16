package io.skald.server;

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
  private static final String[] HEADS = {"Instance", "Zone", "State", "Tokens", "Owned"};

  private final Supplier<Ring> ring;

  RingPage(Supplier<Ring> ring) {
    this.ring = ring;
  }

  HttpResponse show(HttpRequest request) {
    Ring now = ring.get();
    return String.valueOf(request.header("Accept")).startsWith("application/json")
        ? HttpResponse.of(200, HttpResponse.JSON, json(now))
        : Html.page("Ingester ring", Html.table(HEADS, rows(now)));
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

  private static List<String[]> rows(Ring ring) {
    return ring.instances().stream()
        .map(member ->
            new String[] {
              member.id(),
              member.zone(),
              member.state().toString(),
              Integer.toString(member.tokens().size()),
              String.format(Locale.ROOT, "%.1f%%", 100 * ring.ownedShare(member.id()))
            })
        .toList();
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

package io.skald.server;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.ring.RingStoreException;
import io.skald.common.time.Clock;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code /ring}: the members of the ingester ring, as a page, or as JSON for whoever accepts only
 * that. A POST with {@code forget=ID} takes out a member that has died.
 */
final class RingPage {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String[] HEADS = {
    "Instance", "Address", "Zone", "State", "Health", "Last change", "Tokens", "Owned", ""
  };

  private final RingStore ring;
  private final Clock clock;

  RingPage(RingStore ring, Clock clock) {
    this.ring = ring;
    this.clock = clock;
  }

  HttpResponse show(HttpRequest request) {
    Ring now = ring.get();
    return String.valueOf(request.header("Accept")).startsWith("application/json")
        ? HttpResponse.of(200, HttpResponse.JSON, json(now))
        : Html.page("Ingester ring", Html.markupTable(HEADS, rows(now)));
  }

  HttpResponse forget(HttpRequest request) {
    List<String> ids = request.parameters("forget");
    if (ids.isEmpty()) {
      return HttpResponse.error(400, "forget must name an instance\n");
    }
    String id = ids.getFirst();
    Optional<Instance> member =
        ring.get().instances().stream().filter(one -> one.id().equals(id)).findAny();
    if (member.isEmpty()) {
      return HttpResponse.error(404, "there is no instance '" + id + "'\n");
    }
    if (member.get().healthy()) {
      return HttpResponse.error(400, "instance '" + id + "' is alive; stop it and it leaves\n");
    }
    try {
      ring.remove(id);
      return HttpResponse.text(200, "instance '" + id + "' is forgotten\n");
    } catch (RingStoreException e) {
      return HttpResponse.error(503, e.getMessage() + "\n");
    }
  }

  private List<String[]> rows(Ring ring) {
    return ring.instances().stream()
        .map(member ->
            new String[] {
              Html.text(member.id()),
              Html.text(member.address()),
              Html.text(member.zone()),
              member.state().toString(),
              health(member),
              age(member),
              Integer.toString(member.tokens().size()),
              String.format(Locale.ROOT, "%.1f%%", 100 * ring.ownedShare(member.id())),
              member.healthy() ? "" : button(member.id())
            })
        .toList();
  }

  private static String health(Instance member) {
    return member.healthy() ? "healthy" : "unhealthy";
  }

  private String age(Instance member) {
    return member.changedMillis() == 0
        ? ""
        : Duration.ofMillis(clock.nowMillis() - member.changedMillis()).toSeconds() + "s ago";
  }

  private static String button(String id) {
    return "<form method=\"post\"><button name=\"forget\" value=\""
        + Html.text(id).replace("\"", "&quot;")
        + "\">Forget</button></form>";
  }

  private static byte[] json(Ring ring) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("shards");
      for (Instance member : ring.instances()) {
        json.writeStartObject();
        json.writeStringProperty("id", member.id());
        json.writeStringProperty("address", member.address());
        json.writeStringProperty("zone", member.zone());
        json.writeStringProperty("state", member.state().toString());
        json.writeStringProperty("health", health(member));
        json.writeNumberProperty("changed_unix_ms", member.changedMillis());
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

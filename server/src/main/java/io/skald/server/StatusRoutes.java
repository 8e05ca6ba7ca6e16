package io.skald.server;

import static java.util.stream.Collectors.joining;

import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.ingester.Ingester;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a process tells about itself. */
final class StatusRoutes {
  /** The API version that clients look for; what it answers like, not what it is. */
  static final String API_VERSION = "3.7.6";

  private final SkaldConfig config;
  private final @Nullable Ingester ingester;
  private final BooleanSupplier active;
  private final BooleanSupplier ringSeen;
  private final ServerMetrics metrics;
  private final BooleanSupplier stopping;

  /**
   * @param ingester null if there is none in this process
   * @param active whether it takes writes by the ring
   * @param ringSeen whether those that it works with have been heard of
   * @param stopping whether the process has been asked to end
   */
  StatusRoutes(
      SkaldConfig config,
      @Nullable Ingester ingester,
      BooleanSupplier active,
      BooleanSupplier ringSeen,
      ServerMetrics metrics,
      BooleanSupplier stopping) {
    this.config = config;
    this.ingester = ingester;
    this.active = active;
    this.ringSeen = ringSeen;
    this.metrics = metrics;
    this.stopping = stopping;
  }

  void register(Router router) {
    router
        .get("/ready", Permission.OPEN, _ -> ready())
        .get("/metrics", Permission.OPEN, _ -> metrics.scrape())
        .get("/services", Permission.ADMIN, _ -> services())
        .get("/loki/api/v1/status/buildinfo", Permission.OPEN, _ -> buildInfo())
        .get("/skald/api/v1/openapi.yaml", Permission.OPEN, _ -> OpenApiDocument.answer())
        .get("/config", Permission.ADMIN, request -> ConfigPage.answer(config, request))
        .get("/log_level", Permission.ADMIN, _ -> LogLevelPage.get())
        .post("/log_level", Permission.ADMIN, LogLevelPage::set);
  }

  private HttpResponse ready() {
    if (stopping.getAsBoolean()) {
      return HttpResponse.text(503, "Application is stopping\n");
    }
    if (ingester == null) {
      return ringSeen.getAsBoolean()
          ? HttpResponse.text(200, "ready\n")
          : HttpResponse.text(503, "Not ready: no ingester was seen in the ring yet; see /ring\n");
    }
    return switch (ingester.state()) {
      case RUNNING ->
          active.getAsBoolean()
              ? HttpResponse.text(200, "ready\n")
              : HttpResponse.text(503, "Ingester not ready: it is not ACTIVE in the ring\n");
      case NEW, STARTING ->
          HttpResponse.text(503, "Ingester not ready: it replays its write-ahead log\n");
      case STOPPING, STOPPED -> HttpResponse.text(503, "Ingester not ready: it was shut down\n");
    };
  }

  /** Everything but the ingester runs before the port opens and until it closes. */
  private HttpResponse services() {
    SortedMap<String, String> states = new TreeMap<>();
    for (String name : new String[] {"ring", "runtime-config", "server"}) {
      states.put(name, "Running");
    }
    for (Role role : config.roles()) {
      states.put(role.word(), "Running");
    }
    if (ingester != null) {
      states.put(Role.INGESTER.word(), word(ingester.state()));
    }
    return HttpResponse.text(
        200,
        states.entrySet().stream()
            .map(service -> service.getKey() + " => " + service.getValue() + "\n")
            .collect(joining()));
  }

  private static String word(Ingester.State state) {
    return switch (state) {
      case NEW -> "New";
      case STARTING -> "Starting";
      case RUNNING -> "Running";
      case STOPPING -> "Stopping";
      case STOPPED -> "Terminated";
    };
  }

  private static HttpResponse buildInfo() {
    String json =
        "{\"version\":\""
            + API_VERSION
            + "\",\"revision\":\"skald-"
            + Version.current()
            + "\",\"branch\":\"\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\"}\n";
    return HttpResponse.of(200, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }
}

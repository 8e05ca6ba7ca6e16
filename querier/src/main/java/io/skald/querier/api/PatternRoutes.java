package io.skald.querier.api;

import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import org.jspecify.annotations.Nullable;

/** Puts {@code /loki/api/v1/patterns} on a router. */
public final class PatternRoutes {
  private static final String PATH = "/loki/api/v1/patterns";

  private final @Nullable PatternApi api;
  private final QueryRoutes routes;

  /**
   * @param api null if patterns are switched off: the answer is then 404 with an empty body
   */
  public PatternRoutes(@Nullable PatternApi api, QueryRoutes routes) {
    this.api = api;
    this.routes = routes;
  }

  public void register(Router router) {
    PatternApi patterns = api;
    if (patterns == null) {
      router.read(PATH, _ -> HttpResponse.error(404, ""));
      return;
    }
    router.read(
        PATH,
        request ->
            routes.respond(
                request, (tenant, read) -> QueryRoutes.json(200, patterns.patterns(tenant, read))));
  }
}

package io.skald.querier.api;

import io.skald.common.http.HttpHandler;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.querier.source.ReadTenants;
import java.util.function.BiFunction;

/** Puts the endpoints about sizes, labels and fields on a router, and those of old clients. */
public final class MetadataRoutes {
  private final VolumeApi volumes;
  private final DetectedApi detected;
  private final LegacyApi legacy;
  private final LimitsApi limits;
  private final QueryRoutes routes;

  public MetadataRoutes(
      VolumeApi volumes,
      DetectedApi detected,
      LegacyApi legacy,
      LimitsApi limits,
      QueryRoutes routes) {
    this.volumes = volumes;
    this.detected = detected;
    this.legacy = legacy;
    this.limits = limits;
    this.routes = routes;
  }

  public void register(Router router) {
    router
        .read("/loki/api/v1/index/stats", json(volumes::stats))
        .read("/loki/api/v1/index/volume", json(volumes::volume))
        .read("/loki/api/v1/index/volume_range", json(volumes::volumeRange))
        .get("/loki/api/v1/drilldown-limits", Permission.READ, json(limits::drilldown))
        .get("/config/tenant/v1/limits", Permission.READ, limits::yaml)
        .read("/loki/api/v1/detected_labels", json(detected::labels))
        .read("/loki/api/v1/detected_fields", json(detected::fields))
        .read(
            "/loki/api/v1/detected_field/{name}/values",
            request ->
                json((tenants, read) -> detected.values(tenants, request.pathParameter(), read))
                    .handle(request))
        .read("/api/prom/query", json(legacy::query))
        .read("/api/prom/label", json(legacy::labels))
        .read(
            "/api/prom/label/{name}/values",
            request ->
                json((tenants, read) -> legacy.labelValues(tenants, request.pathParameter(), read))
                    .handle(request))
        .read("/api/prom/series", json(legacy::series));
  }

  private HttpHandler json(BiFunction<ReadTenants, ReadRequest, QueryApi.Body> endpoint) {
    return request ->
        routes.respond(
            request, (tenants, read) -> QueryRoutes.json(200, endpoint.apply(tenants, read)));
  }
}

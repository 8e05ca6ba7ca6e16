package io.skald.querier.api;

import io.skald.common.config.ConfigWriter;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.TenantLimits;
import io.skald.querier.source.ReadTenants;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JsonGenerator;

/**
 * The limits of a tenant: {@code /loki/api/v1/drilldown-limits}, what Logs Drilldown wants to know,
 * and {@code /config/tenant/v1/limits}, all of them.
 */
public final class LimitsApi {
  private static final List<String> DRILLDOWN_KEYS =
      List.of(
          "discover_log_levels",
          "discover_service_name",
          "log_level_fields",
          "max_entries_limit_per_query",
          "max_line_size_truncate",
          "max_query_bytes_read",
          "max_query_length",
          "max_query_lookback",
          "max_query_range",
          "max_query_series",
          "otlp_config",
          "query_timeout",
          "retention_period",
          "volume_enabled",
          "volume_max_series");

  private final TenantLimits limits;
  private final TenantHeader tenants;
  private final boolean patternsEnabled;
  private final String version;

  /**
   * @param patternsEnabled whether patterns are mined
   * @param version the API version that clients look for
   */
  public LimitsApi(
      TenantLimits limits, TenantHeader tenants, boolean patternsEnabled, String version) {
    this.limits = limits;
    this.tenants = tenants;
    this.patternsEnabled = patternsEnabled;
    this.version = version;
  }

  QueryApi.Body drilldown(ReadTenants asking, ReadRequest request) {
    Map<String, Object> allowed = ConfigWriter.tree(limits.strictest(asking.ids()));
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeObjectPropertyStart("limits");
        for (String key : DRILLDOWN_KEYS) {
          json.writeName(key);
          write(json, Objects.requireNonNull(allowed.get(key), key));
        }
        json.writeBooleanProperty("metric_aggregation_enabled", false);
        json.writeBooleanProperty("pattern_persistence_enabled", false);
        json.writeEndObject();
        json.writeBooleanProperty("pattern_ingester_enabled", patternsEnabled);
        json.writeStringProperty("version", version);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  private static void write(JsonGenerator json, Object value) {
    switch (value) {
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case List<?> list -> {
        json.writeStartArray();
        list.forEach(element -> write(json, element));
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        map.forEach((key, element) -> {
          json.writeName(key.toString());
          write(json, element);
        });
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
  }

  /** {@code /config/tenant/v1/limits}: the keys of {@code limits_config}, as YAML. */
  HttpResponse yaml(HttpRequest request) {
    return HttpResponse.text(200, ConfigWriter.yaml(limits.of(tenants.ofPush(request))));
  }
}

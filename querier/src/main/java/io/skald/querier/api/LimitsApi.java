package io.skald.querier.api;

import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.values.PrometheusDuration;
import io.skald.querier.source.ReadTenants;
import java.time.Duration;
import tools.jackson.core.JsonGenerator;

/** {@code /loki/api/v1/drilldown-limits}: what Logs Drilldown wants to know of a tenant. */
public final class LimitsApi {
  private final TenantLimits limits;
  private final boolean patternsEnabled;
  private final String version;

  /**
   * @param patternsEnabled whether patterns are mined
   * @param version the API version that clients look for
   */
  public LimitsApi(TenantLimits limits, boolean patternsEnabled, String version) {
    this.limits = limits;
    this.patternsEnabled = patternsEnabled;
    this.version = version;
  }

  QueryApi.Body drilldown(ReadTenants tenants, ReadRequest request) {
    Limits allowed = limits.strictest(tenants.ids());
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeObjectPropertyStart("limits");
        write(json, allowed);
        json.writeEndObject();
        json.writeBooleanProperty("pattern_ingester_enabled", patternsEnabled);
        json.writeStringProperty("version", version);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  private static void write(JsonGenerator json, Limits allowed) {
    json.writeBooleanProperty("discover_log_levels", allowed.entries().discoverLogLevels());
    json.writeArrayPropertyStart("discover_service_name");
    allowed.labels().discoverServiceName().forEach(json::writeString);
    json.writeEndArray();
    json.writeArrayPropertyStart("log_level_fields");
    allowed.entries().logLevelFields().forEach(json::writeString);
    json.writeEndArray();
    json.writeNumberProperty(
        "max_entries_limit_per_query", allowed.queries().maxEntriesLimitPerQuery());
    json.writeBooleanProperty("max_line_size_truncate", allowed.entries().maxLineSizeTruncate());
    json.writeStringProperty("max_query_bytes_read", allowed.queries().maxQueryBytesRead() + "B");
    json.writeStringProperty("max_query_length", text(allowed.queries().maxQueryLength()));
    json.writeStringProperty("max_query_lookback", text(allowed.queries().maxQueryLookback()));
    json.writeStringProperty("max_query_range", text(allowed.queries().maxQueryRange()));
    json.writeNumberProperty("max_query_series", allowed.queries().maxQuerySeries());
    json.writeBooleanProperty("metric_aggregation_enabled", false);
    json.writeBooleanProperty("pattern_persistence_enabled", false);
    json.writeStringProperty("query_timeout", text(allowed.queries().queryTimeout()));
    json.writeStringProperty("retention_period", text(allowed.retention().retentionPeriod()));
    json.writeBooleanProperty("volume_enabled", allowed.queries().volumeEnabled());
    json.writeNumberProperty("volume_max_series", allowed.queries().volumeMaxSeries());
  }

  private static String text(Duration duration) {
    return PrometheusDuration.format(duration.toNanos());
  }
}

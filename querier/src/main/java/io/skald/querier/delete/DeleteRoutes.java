package io.skald.querier.delete;

import io.skald.common.block.StorageException;
import io.skald.common.http.HttpException;
import io.skald.common.http.HttpHandler;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.common.values.GoDuration;
import io.skald.logql.syntax.LogExpr;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * Puts {@code /loki/api/v1/delete} on a router. Parameters are read from the query string only.
 * Entries are left out of queries at once; the compactor removes them from packs, and tells how far
 * it is.
 */
public final class DeleteRoutes {
  private static final String PATH = "/loki/api/v1/delete";
  private static final String JSON = "application/json";
  private static final String DISABLED = "disabled";
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int MILLIS_DIGITS = 3;

  /** Ids have 8 digits: two of at most a thousand meet so seldom that a few tries are enough. */
  private static final int ID_TRIES = 8;

  private final DeleteRequests requests;
  private final DeleteConfig config;
  private final TenantHeader tenants;
  private final TenantLimits limits;
  private final Clock clock;
  private final RandomGenerator random;
  private final JsonFactory factory = new JsonFactory();

  /**
   * @param random makes ids; thread-safe
   */
  public DeleteRoutes(
      DeleteRequests requests,
      DeleteConfig config,
      TenantHeader tenants,
      TenantLimits limits,
      Clock clock,
      RandomGenerator random) {
    this.requests = requests;
    this.config = config;
    this.tenants = tenants;
    this.limits = limits;
    this.clock = clock;
    this.random = random;
  }

  public void register(Router router) {
    router
        .byQueryString("GET", PATH, Permission.WRITE, answering(this::list))
        .byQueryString("POST", PATH, Permission.WRITE, answering(this::create))
        .byQueryString("PUT", PATH, Permission.WRITE, answering(this::create))
        .byQueryString("DELETE", PATH, Permission.WRITE, answering(this::cancel))
        .get(
            "/loki/api/v1/cache/generation_numbers",
            Permission.READ,
            _ -> HttpResponse.of(200, JSON, "\"\"\n".getBytes(StandardCharsets.UTF_8)));
  }

  @FunctionalInterface
  private interface Endpoint {
    HttpResponse answer(TenantId tenant, HttpRequest request);
  }

  private HttpHandler answering(Endpoint endpoint) {
    return request -> {
      TenantId tenant = tenants.ofPush(request);
      if (limits.of(tenant).retention().deletionMode().equals(DISABLED)) {
        throw new HttpException(403, "deletion is not available for this tenant\n");
      }
      try {
        return endpoint.answer(tenant, request);
      } catch (StorageException e) {
        return HttpResponse.error(500, e.getMessage() + "\n");
      }
    };
  }

  private HttpResponse create(TenantId tenant, HttpRequest request) {
    DeleteParameters parameters = new DeleteParameters(request);
    LogExpr query = parameters.query();
    long now = clock.nowNanos();
    OptionalLong start = parameters.time("start");
    if (start.isEmpty()) {
      throw DeleteParameters.badRequest("start time not set");
    }
    long from = start.getAsLong();
    long through = parameters.time("end").orElse(now);
    if (from > now || through > now) {
      throw DeleteParameters.badRequest("deletes in the future are not allowed");
    }
    if (from >= through) {
      throw DeleteParameters.badRequest("start time can't be greater than or equal to end time");
    }
    if (!query.stages().isEmpty()) {
      parameters.checkMaxInterval(config.maxInterval(), through - from);
    }
    String id = add(tenant, parameters.text("query"), from, through, now / NANOS_PER_MILLI);
    return HttpResponse.empty(204).withHeader("X-Delete-Request-Id", id);
  }

  private String add(
      TenantId tenant, String query, long fromNanos, long throughNanos, long nowMillis) {
    for (int i = 0; i < ID_TRIES; i++) {
      String id = "%08x".formatted(random.nextInt());
      DeleteRequest request = new DeleteRequest(id, query, fromNanos, throughNanos, nowMillis);
      if (requests.add(tenant, request)) {
        return id;
      }
    }
    throw DeleteParameters.badRequest(
        "there are "
            + DeleteRequests.MAX_PER_TENANT
            + " delete requests already, as many as a tenant may have; cancel some first");
  }

  private HttpResponse list(TenantId tenant, HttpRequest request) {
    DeleteParameters parameters = new DeleteParameters(request);
    long from = parameters.time("start").orElse(Long.MIN_VALUE);
    long through = parameters.time("end").orElse(Long.MAX_VALUE);
    List<DeleteRequest> found =
        requests.of(tenant).stream().filter(each -> each.overlaps(from, through)).toList();
    return HttpResponse.of(200, JSON, json(found));
  }

  private byte[] json(List<DeleteRequest> found) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json =
        factory.createGenerator(tools.jackson.core.ObjectWriteContext.empty(), out)) {
      json.writeStartArray();
      found.forEach(each -> write(json, each));
      json.writeEndArray();
      json.writeRaw('\n');
    }
    return out.toByteArray();
  }

  /** Times are whole seconds: logcli cannot read others. They are rounded outwards. */
  private static void write(JsonGenerator json, DeleteRequest request) {
    json.writeStartObject();
    json.writeStringProperty("request_id", request.id());
    json.writeNumberProperty("start_time", Math.floorDiv(request.startNanos(), NANOS_PER_SECOND));
    json.writeNumberProperty("end_time", Math.ceilDiv(request.endNanos(), NANOS_PER_SECOND));
    json.writeStringProperty("query", request.query());
    json.writeStringProperty("status", status(request));
    json.writeNumberProperty(
        "created_at", BigDecimal.valueOf(request.createdMillis(), MILLIS_DIGITS));
    json.writeStringProperty("user_id", "");
    json.writeEndObject();
  }

  private static String status(DeleteRequest request) {
    if (request.isProcessed()) {
      return "processed";
    }
    return request.percent() == 0 ? "received" : request.percent() + "% Complete";
  }

  private HttpResponse cancel(TenantId tenant, HttpRequest request) {
    DeleteParameters parameters = new DeleteParameters(request);
    String id = parameters.text("request_id");
    if (id.isEmpty()) {
      throw DeleteParameters.badRequest("request_id not set");
    }
    DeleteRequest found =
        requests.of(tenant).stream()
            .filter(each -> each.id().equals(id))
            .findAny()
            .orElseThrow(DeleteRoutes::unknown);
    long ageMillis = clock.nowNanos() / NANOS_PER_MILLI - found.createdMillis();
    if (ageMillis > config.cancelPeriod().toMillis() && !parameters.text("force").equals("true")) {
      throw DeleteParameters.badRequest(
          "deletion of request past the deadline of "
              + GoDuration.format(config.cancelPeriod().toNanos())
              + " since its creation is not allowed; force=true does it nevertheless");
    }
    if (found.percent() > 0 && !parameters.text("force").equals("true")) {
      throw DeleteParameters.badRequest(
          "deletion of request that is carried out in part is not allowed; force=true does it, and"
              + " entries that are gone stay gone");
    }
    if (!requests.remove(tenant, id)) {
      throw unknown();
    }
    return HttpResponse.empty(204);
  }

  private static HttpException unknown() {
    return new HttpException(404, "could not find delete request with given id\n");
  }
}

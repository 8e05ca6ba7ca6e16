package io.skald.querier.api;

import io.skald.common.block.StorageException;
import io.skald.common.http.HttpBody;
import io.skald.common.http.HttpException;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.turn.FairTurns;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Puts the read endpoints on a router. */
public final class QueryRoutes {
  private static final String CACHE_CONTROL = "Cache-Control";
  private static final String NO_CACHE = "no-cache";
  static final String FLAGS = "X-Loki-Response-Encoding-Flags";

  private final QueryApi api;
  private final TenantHeader tenants;
  private final boolean federation;
  private final FairTurns turns;
  private final BooleanSupplier ready;
  private final ReadObserver observer;
  private final Clock clock;

  /**
   * @param federation whether a request may name several tenants
   * @param turns decides when a read is worked on, and on which threads
   * @param ready whether all acknowledged entries can be read; until then queries are answered 503,
   *     not with a part of the data
   * @param observer hears of every read
   */
  public QueryRoutes(
      QueryApi api,
      TenantHeader tenants,
      boolean federation,
      FairTurns turns,
      BooleanSupplier ready,
      ReadObserver observer,
      Clock clock) {
    this.api = api;
    this.tenants = tenants;
    this.federation = federation;
    this.turns = turns;
    this.ready = ready;
    this.observer = observer;
    this.clock = clock;
  }

  public void register(Router router) {
    router
        .read("/loki/api/v1/query_range", request -> answer(request, api::queryRange))
        .read("/loki/api/v1/query", request -> answer(request, api::queryInstant))
        .read("/loki/api/v1/labels", request -> answer(request, api::labels))
        .read("/loki/api/v1/label", request -> answer(request, api::labels))
        .read("/loki/api/v1/label/{name}/values", this::labelValues)
        .read("/loki/api/v1/series", request -> answer(request, api::series))
        .read("/loki/api/v1/format_query", QueryRoutes::formatQuery);
  }

  private HttpResponse labelValues(HttpRequest request) {
    return answer(
        request, (tenants, read) -> api.labelValues(tenants, request.pathParameter(), read));
  }

  private static HttpResponse formatQuery(HttpRequest request) {
    QueryApi.FormatAnswer answer = QueryApi.formatQuery(request.parameters("query"));
    return json(answer.status(), answer.body());
  }

  private HttpResponse answer(
      HttpRequest request, BiFunction<ReadTenants, ReadRequest, QueryApi.Body> endpoint) {
    return respond(
        request,
        (tenants, read) -> {
          QueryApi.Body body = endpoint.apply(tenants, read);
          return read.meter().writing(() -> json(200, body));
        });
  }

  /** Answers a read request, or says why not. */
  HttpResponse respond(
      HttpRequest request, BiFunction<ReadTenants, ReadRequest, HttpResponse> endpoint) {
    requireReady();
    ReadTenants asking = readTenants(request);
    ReadMeter meter = new ReadMeter(clock);
    int status = 500;
    try {
      HttpResponse answer = answer(request, asking, meter, endpoint);
      status = answer.status();
      return answer;
    } catch (HttpException e) {
      status = e.status();
      throw e;
    } finally {
      observer.finished(meter.finish(request, asking, status));
    }
  }

  private HttpResponse answer(
      HttpRequest request,
      ReadTenants asking,
      ReadMeter meter,
      BiFunction<ReadTenants, ReadRequest, HttpResponse> endpoint) {
    try {
      return read(request, asking, meter, read -> endpoint.apply(asking, read));
    } catch (QueryException e) {
      return HttpResponse.error(e.status(), String.valueOf(e.getMessage()));
    } catch (StorageException e) {
      return HttpResponse.error(500, String.valueOf(e.getMessage()));
    }
  }

  void requireReady() {
    if (!ready.getAsBoolean()) {
      throw new HttpException(503, "the log is being replayed, try again when /ready says so");
    }
  }

  /** Has a read done when it is its turn. */
  <T> T read(HttpRequest request, ReadTenants asking, Function<ReadRequest, T> work) {
    return read(request, asking, new ReadMeter(clock), work);
  }

  private <T> T read(
      HttpRequest request, ReadTenants asking, ReadMeter meter, Function<ReadRequest, T> work) {
    Cancellation cancellation = api.cancellation(asking, request::isClientGone);
    return turns.run(
        asking.key(),
        cancellation,
        turn -> {
          meter.queued(turn.queueNanos());
          return work.apply(readRequest(request, cancellation, turn, meter));
        });
  }

  /** Queries that read no data are answered whoever asks. */
  private ReadTenants readTenants(HttpRequest request) {
    TenantHeader.Tenants named = tenants.ofQuery(request);
    if (!named.several()) {
      return new ReadTenants(named.ids(), false);
    }
    if (!federation && readsData(request)) {
      throw new HttpException(400, "multiple org IDs present");
    }
    return new ReadTenants(named.ids(), true);
  }

  private static boolean readsData(HttpRequest request) {
    List<String> query = request.parameters("query");
    try {
      return query.isEmpty() || LimitChecks.readsData(Parser.parse(query.getFirst()));
    } catch (ParseException _) {
      return false; // the endpoint says what is wrong with it
    }
  }

  private static ReadRequest readRequest(
      HttpRequest request, Cancellation cancellation, QueryThreads threads, ReadMeter meter) {
    return new ReadRequest(
        request::parameters,
        ReadRequest.flags(request.headers(FLAGS)),
        ReadRequest.flags(request.headers(CACHE_CONTROL)).stream()
            .noneMatch(NO_CACHE::equalsIgnoreCase),
        cancellation,
        threads,
        meter);
  }

  static HttpResponse json(int status, QueryApi.Body body) {
    HttpBody out = new HttpBody();
    body.writeTo(out);
    return new HttpResponse(status, HttpResponse.JSON, Map.of(), out.segments());
  }
}

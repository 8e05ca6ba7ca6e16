package io.skald.querier.api;

import io.skald.common.block.BlockView;
import io.skald.common.http.HttpException;
import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.http.WebSocket;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.logql.engine.LiveQuery;
import io.skald.logql.engine.QueryException;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.tail.Tail;
import io.skald.querier.tail.TailCounters;
import io.skald.querier.tail.TailLine;
import io.skald.querier.tail.TailMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Puts the endpoints that follow a query over a WebSocket on a router. */
public final class TailRoutes {
  private static final int MAX_DELAY_SECONDS = 5;
  private static final int POLICY_ERROR = 1011;

  private final LiveEntries live;
  private final QueryData data;
  private final QueryApi queries;
  private final QueryRoutes routes;
  private final TenantHeader tenants;
  private final Duration maxDuration;
  private final Clock clock;
  private final TailCounters counters = new TailCounters();
  private final Map<TenantId, Integer> openTails = new ConcurrentHashMap<>();

  /**
   * @param maxDuration after which a tail is ended, for its client to begin anew
   */
  public TailRoutes(
      LiveEntries live,
      QueryData data,
      QueryApi queries,
      QueryRoutes routes,
      TenantHeader tenants,
      Duration maxDuration,
      Clock clock) {
    this.live = live;
    this.data = data;
    this.queries = queries;
    this.routes = routes;
    this.tenants = tenants;
    this.maxDuration = maxDuration;
    this.clock = clock;
  }

  public TailCounters counters() {
    return counters;
  }

  public void register(Router router) {
    router
        .get(
            "/loki/api/v1/tail",
            Permission.READ,
            request -> open(request, TailWriter.of(flags(request))))
        .get("/api/prom/tail", Permission.READ, request -> open(request, TailWriter::legacy));
  }

  private static List<String> flags(HttpRequest request) {
    return ReadRequest.flags(request.headers(QueryRoutes.FLAGS));
  }

  private HttpResponse open(HttpRequest request, Function<TailMessage, byte[]> writer) {
    TenantHeader.Tenants named = tenants.ofQuery(request);
    if (named.several()) {
      throw new HttpException(400, "multiple org IDs present");
    }
    if (!request.asksForWebSocket()) {
      return HttpResponse.error(400, "Bad Request\n").withHeader("Sec-Websocket-Version", "13");
    }
    ReadTenants asking = new ReadTenants(named.ids(), false);
    try {
      return QueryApi.answering(() -> request.upgrade(conversation(request, asking, writer)));
    } catch (QueryException e) {
      return HttpResponse.error(e.status(), String.valueOf(e.getMessage()));
    }
  }

  private WebSocket.Conversation conversation(
      HttpRequest request, ReadTenants asking, Function<TailMessage, byte[]> writer) {
    routes.requireReady();
    Parameters parameters = new Parameters(request::parameters, clock.nowNanos());
    Duration delay = delay(parameters);
    int limit = parameters.limit();
    long start = parameters.range().startNanos();
    LimitChecks.entries(limit, queries.allowed(asking));
    Expr expression = queries.checked(asking, parameters, new Parameters.Range(start, start));
    if (!(expression instanceof LogExpr log)) {
      return socket -> socket.close(POLICY_ERROR, "only log selector is supported");
    }
    LiveQuery query = new LiveQuery(log, flags(request).contains(ReadRequest.CATEGORIZE));
    Tail.Source source = new HistoryThenLive(request, asking, log, start, limit);
    Tail tail = new Tail(source, query, writer, delay, maxDuration, clock, counters);
    return socket -> holdIfAllowed(asking.ids().getFirst(), tail, socket);
  }

  private static Duration delay(Parameters parameters) {
    String text = parameters.text("delay_for");
    int seconds = text.isEmpty() ? 0 : Parameters.integer(text);
    if (seconds < 0 || seconds > MAX_DELAY_SECONDS) {
      throw new BadRequestException("delay_for can't be greater than " + MAX_DELAY_SECONDS);
    }
    return Duration.ofSeconds(seconds);
  }

  private void holdIfAllowed(TenantId tenant, Tail tail, WebSocket socket)
      throws InterruptedException {
    int open = openTails.merge(tenant, 1, Integer::sum);
    try {
      int max =
          queries
              .allowed(new ReadTenants(List.of(tenant), false))
              .queries()
              .maxConcurrentTailRequests();
      if (max > 0 && open > max) {
        socket.close(
            POLICY_ERROR,
            "rpc error: code = Code(400) desc = max concurrent tail requests limit exceeded, count"
                + " > limit ("
                + open
                + " > "
                + max
                + ")");
      } else {
        tail.hold(socket);
      }
    } finally {
      openTails.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  /** What a tail reads. */
  private final class HistoryThenLive implements Tail.Source {
    private final HttpRequest request;
    private final ReadTenants asking;
    private final LogExpr log;
    private final long startNanos;
    private final int limit;

    HistoryThenLive(
        HttpRequest request, ReadTenants asking, LogExpr log, long startNanos, int limit) {
      this.request = request;
      this.asking = asking;
      this.log = log;
      this.startNanos = startNanos;
      this.limit = limit;
    }

    @Override
    public List<TailLine> history() {
      return routes.read(
          request, asking, read -> queries.newest(asking, log, startNanos, limit, read));
    }

    @Override
    public LiveEntries.Subscription subscribe(LiveEntries.Sink sink) {
      return live.subscribe(asking.ids().getFirst(), log.selector(), sink);
    }

    @Override
    public List<BlockView> withoutDeleted(Labels stream, BlockView entries) {
      return data.withoutDeleted(asking.ids().getFirst(), stream, entries);
    }
  }
}

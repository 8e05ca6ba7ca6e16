package io.skald.querier.api;

import io.skald.common.block.LogSource;
import io.skald.common.block.SlicedSource;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.push.DeliveryNote;
import io.skald.common.time.Clock;
import io.skald.common.values.PrometheusDuration;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.PlanNode;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryProfile;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.Formatter;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.fleet.Fleet;
import io.skald.querier.source.FederatedQuery;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.tail.TailLine;
import io.skald.storage.read.ReadStatistics;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The read endpoints, without HTTP: parameters in, a JSON body out. A request that cannot be
 * answered throws {@link QueryException} with the status and text for the client.
 */
public final class QueryApi {
  /** Writes one successful answer. */
  @FunctionalInterface
  public interface Body {
    void writeTo(OutputStream out);
  }

  private final QueryData data;
  private final QueryMemory memory;
  private final BiFunction<Limits, QueryThreads, QueryEngine> engines;
  private final TenantLimits limits;
  private final @Nullable Fleet fleet;
  private final boolean federation;
  private final Clock clock;
  private final LossWarnings losses;

  /**
   * @param memory what all queries of the process hold
   * @param engines makes the engine that works under a tenant's limits on threads of the request
   * @param fleet the queriers that share queries; null if there is one only
   * @param federation whether a request may name several tenants
   */
  public QueryApi(
      QueryData data,
      QueryMemory memory,
      BiFunction<Limits, QueryThreads, QueryEngine> engines,
      TenantLimits limits,
      @Nullable Fleet fleet,
      boolean federation,
      Clock clock) {
    this.data = data;
    this.memory = memory;
    this.engines = engines;
    this.limits = limits;
    this.fleet = fleet;
    this.federation = federation;
    this.clock = clock;
    this.losses = new LossWarnings(clock);
  }

  /** {@code /loki/api/v1/query_range}. */
  public Body queryRange(ReadTenants tenants, ReadRequest request) {
    return answering(() ->
        execute(tenants, request.meter().parsing(() -> rangeQuery(tenants, request)), request));
  }

  /** Reads and checks the parameters of a range query. */
  QueryRequest rangeQuery(ReadTenants tenants, ReadRequest request) {
    Parameters parameters = request.parameters(clock.nowNanos());
    Parameters.Range range = parameters.range();
    Parameters.requireOrdered(range);
    long step = parameters.stepNanos(range);
    int limit = parameters.limit();
    boolean forward = parameters.forward();
    long interval = parameters.intervalNanos();
    Expr expression = checked(tenants, parameters, range);
    Limits allowed = allowed(tenants);
    if (expression instanceof LogExpr) {
      LimitChecks.entries(limit, allowed);
    }
    range = visible(range, expression, allowed);
    if (!(expression instanceof LogExpr)) {
      range = aligned(range, step);
    }
    return new QueryRequest(
        expression,
        range.startNanos(),
        range.endNanos(),
        step,
        interval,
        limit,
        forward,
        request.categorizeLabels());
  }

  /** {@code /loki/api/v1/query}. */
  public Body queryInstant(ReadTenants tenants, ReadRequest request) {
    return answering(() ->
        execute(tenants, request.meter().parsing(() -> instantQuery(tenants, request)), request));
  }

  /** Evaluates an instant query at another time than its parameters say. */
  QueryResult instant(ReadTenants tenants, ReadRequest request, long time) {
    return answering(() -> run(tenants, instantQuery(tenants, request, time), request).result());
  }

  /** Reads and checks the parameters of an instant query. */
  QueryRequest instantQuery(ReadTenants tenants, ReadRequest request) {
    return instantQuery(tenants, request, request.parameters(clock.nowNanos()).time());
  }

  private QueryRequest instantQuery(ReadTenants tenants, ReadRequest request, long time) {
    Parameters parameters = request.parameters(clock.nowNanos());
    int limit = parameters.limit();
    boolean forward = parameters.forward();
    Expr expression = checked(tenants, parameters, new Parameters.Range(time, time));
    if (expression instanceof LogExpr) {
      throw new BadRequestException(
          "log queries are not supported as an instant query type, please change your query"
              + " to a range query type");
    }
    return new QueryRequest(expression, time, time, 0, 0, limit, forward, false);
  }

  /**
   * Describes how a query is evaluated.
   *
   * @param analyze whether it is run, and the counts of that are part of the plan
   */
  PlanNode explain(ReadTenants tenants, ReadRequest request, boolean analyze) {
    return answering(() -> {
      boolean instant = !request.values().apply("time").isEmpty();
      QueryRequest query = instant ? instantQuery(tenants, request) : rangeQuery(tenants, request);
      QueryEngine engine = engines.apply(allowed(tenants), request.threads());
      return analyze ? analyze(tenants, query, request, engine) : engine.explain(query);
    });
  }

  private PlanNode analyze(
      ReadTenants tenants, QueryRequest query, ReadRequest request, QueryEngine engine) {
    QueryStatistics statistics = new QueryStatistics();
    ReadStatistics reads = new ReadStatistics();
    Limits allowed = allowed(tenants);
    long earliest = LimitChecks.earliest(allowed, clock.nowNanos());
    checkBytes(tenants, query, request, allowed, earliest);
    PlanNode plan =
        engine.analyze(
            query,
            entries(tenants, statistics, reads, earliest),
            statistics,
            request.cancellation(),
            new QueryProfile(clock::monotonicNanos));
    Map<String, Object> details = new LinkedHashMap<>(plan.details());
    details.put("chunks", statistics.chunks.sum());
    details.put("bytes read from the store", reads.compressedBytes.sum());
    details.put("bytes decompressed", reads.decompressedBytes.sum());
    details.put("lines in memory", statistics.headLines.sum());
    details.put("lines kept", statistics.postFilterLines.sum());
    return new PlanNode(plan.operator(), details, plan.inputs());
  }

  /** Reads the query and checks it against the limits of the tenants. */
  Expr checked(ReadTenants tenants, Parameters parameters, Parameters.Range range) {
    String text = parameters.text("query");
    Expr parsed = Parser.parse(text);
    Expr expression = tenants.federated() ? FederatedQuery.rewrite(parsed) : parsed;
    LimitChecks.query(expression, text, range, allowed(tenants));
    return expression;
  }

  /** Returns what a query may see of its range; an instant is left if that is nothing. */
  private Parameters.Range visible(Parameters.Range range, Expr expression, Limits allowed) {
    if (!LimitChecks.readsData(expression)) {
      return range;
    }
    long start =
        LimitChecks.visible(range, LimitChecks.earliest(allowed, clock.nowNanos())).startNanos();
    return new Parameters.Range(Math.min(start, range.endNanos()), range.endNanos());
  }

  /** Returns the limits of a tenant, of several the strictest. */
  Limits allowed(ReadTenants tenants) {
    return limits.strictest(tenants.ids());
  }

  /** Returns what ends the work on a read: the client's leaving, or the tenant's time-out. */
  Cancellation cancellation(ReadTenants tenants, BooleanSupplier clientGone) {
    return Cancellation.until(clock, allowed(tenants).queries().queryTimeout(), clientGone);
  }

  private Body execute(ReadTenants tenants, QueryRequest query, ReadRequest request) {
    Answer answer = run(tenants, query, request);
    List<String> warnings = warnings(tenants, query, request);
    return out ->
        ResultWriter.write(
            out,
            answer.result(),
            request.encodingFlags(),
            request.categorizeLabels(),
            answer.statistics(),
            warnings);
  }

  private List<String> warnings(ReadTenants tenants, QueryRequest query, ReadRequest request) {
    List<List<LabelMatcher>> selectors = LimitChecks.selectors(query.expression());
    if (selectors.isEmpty()) {
      return List.of();
    }
    return losses.of(
        tenants,
        selectors,
        query.startNanos(),
        query.endNanos(),
        (tenant, text, start, end, limit) -> told(tenant, text, start, end, limit, request));
  }

  /** Reads entries as a query does, for the process itself. */
  private List<LossWarnings.Told> told(
      TenantId tenant, String text, long start, long end, int limit, ReadRequest request) {
    ReadTenants asking = ReadTenants.of(tenant);
    QueryStatistics statistics = new QueryStatistics();
    QueryRequest query =
        new QueryRequest(Parser.parse(text), start, end, 0, 0, limit, false, false);
    QueryResult result =
        engines
            .apply(allowed(asking), request.threads())
            .execute(
                query,
                data.entries(asking, statistics, new ReadStatistics()),
                statistics,
                request.cancellation());
    List<LossWarnings.Told> told = new ArrayList<>();
    for (QueryResult.Stream stream : ((QueryResult.Streams) result).streams()) {
      String agent = stream.labels().getOrEmpty("agent");
      stream
          .entries()
          .forEach(entry ->
              told.add(new LossWarnings.Told(agent, entry.timestampNanos(), entry.line())));
    }
    return told;
  }

  /**
   * What a query yields.
   *
   * @param statistics writes the object of the cost
   */
  record Answer(QueryResult result, Consumer<JsonGenerator> statistics) {}

  /** Returns the entries that the tenants may see. */
  private LogSource entries(
      ReadTenants tenants, QueryStatistics statistics, ReadStatistics reads, long earliest) {
    LogSource all = data.entries(tenants, statistics, reads);
    return earliest == Long.MIN_VALUE ? all : new SlicedSource(all, earliest, Long.MAX_VALUE);
  }

  Answer run(ReadTenants tenants, QueryRequest query, ReadRequest request) {
    Limits allowed = allowed(tenants);
    long earliest = LimitChecks.earliest(allowed, clock.nowNanos());
    if (LimitChecks.readsData(query.expression()) && query.endNanos() < earliest) {
      return new Answer(
          nothing(query),
          json ->
              StatisticsWriter.write(
                  json, new QueryStatistics(), 0, request.meter().queueNanos(), 0));
    }
    checkBytes(tenants, query, request, allowed, earliest);
    ReadMeter meter = request.meter();
    QueryStatistics statistics = meter.statistics();
    long started = clock.monotonicNanos();
    ReadStatistics reads = meter.reads();
    QueryEngine engine = engines.apply(allowed, request.threads());
    QueryResult result =
        meter.evaluating(() ->
            engine.execute(
                query,
                entries(tenants, statistics, reads, earliest),
                sharing(tenants, earliest, allowed, request),
                statistics,
                request.cancellation()));
    statistics.compressedBytes.add(reads.compressedBytes.sum());
    statistics.decompressedBytes.add(reads.decompressedBytes.sum());
    statistics.decompressedLines.add(reads.decompressedLines.sum());
    long nanos = clock.monotonicNanos() - started;
    long entries =
        result instanceof QueryResult.Streams(List<QueryResult.Stream> streams)
            ? streams.stream().mapToLong(stream -> stream.entries().size()).sum()
            : 0;
    meter.returned(entries);
    return new Answer(
        result,
        json -> StatisticsWriter.write(json, statistics, nanos, meter.queueNanos(), entries));
  }

  private void checkBytes(
      ReadTenants tenants, QueryRequest query, ReadRequest request, Limits allowed, long earliest) {
    long max = allowed.queries().maxQueryBytesRead();
    if (max > 0) {
      memory.read(
          request.threads(),
          request.cancellation(),
          true,
          room -> {
            LimitChecks.bytes(query, tenants, data, max, earliest, room);
            return max;
          });
    }
  }

  /** Looks at entries without an engine; see {@link QueryMemory}. */
  void look(
      ReadRequest request, long fromNanos, long throughNanos, QueryMemory.RangeReader reader) {
    memory.read(request.threads(), request.cancellation(), fromNanos, throughNanos, reader);
  }

  private @Nullable QueryFleet sharing(
      ReadTenants tenants, long earliest, Limits allowed, ReadRequest request) {
    ReadMeter meter = request.meter();
    return fleet == null
        ? null
        : fleet.of(
            tenants,
            earliest,
            request.fromCache() ? allowed.queries().maxCacheFreshnessPerQuery() : null,
            meter.statistics(),
            meter.reads(),
            request.threads(),
            request.cancellation());
  }

  /**
   * Returns the newest entries, oldest first; also those whose clock runs ahead.
   *
   * @throws QueryException if they cannot be read
   */
  List<TailLine> newest(
      ReadTenants tenants, LogExpr query, long startNanos, int limit, ReadRequest request) {
    long end = clock.nowNanos() + allowed(tenants).entries().creationGracePeriod().toNanos();
    QueryRequest newest =
        new QueryRequest(query, startNanos, end, 0, 0, limit, false, request.categorizeLabels());
    List<TailLine> lines = new ArrayList<>();
    for (QueryResult.Stream stream :
        ((QueryResult.Streams) run(tenants, newest, request).result()).streams()) {
      stream.entries().reversed().forEach(entry -> lines.add(new TailLine(stream.labels(), entry)));
    }
    lines.sort(Comparator.comparingLong(line -> line.entry().timestampNanos()));
    return lines;
  }

  private static QueryResult nothing(QueryRequest query) {
    if (query.expression() instanceof LogExpr) {
      return new QueryResult.Streams(List.of());
    }
    return query.isInstant()
        ? new QueryResult.Vector(List.of())
        : new QueryResult.Matrix(List.of());
  }

  /** {@code /loki/api/v1/labels}. */
  public Body labels(ReadTenants tenants, ReadRequest request) {
    return answering(() -> names(labelNames(tenants, request)));
  }

  Collection<String> labelNames(ReadTenants tenants, ReadRequest request) {
    Set<String> names = new TreeSet<>();
    for (Labels labels : selectSeries(tenants, request.parameters(clock.nowNanos()))) {
      for (int i = 0; i < labels.size(); i++) {
        names.add(labels.name(i));
      }
    }
    if (tenants.federated()) {
      names.remove(ReadTenants.ORIGINAL); // shown in answers, not offered as a label
    }
    return names;
  }

  /** {@code /loki/api/v1/label/{name}/values}. */
  public Body labelValues(ReadTenants tenants, String name, ReadRequest request) {
    return answering(() -> names(valuesOf(tenants, name, request)));
  }

  Collection<String> valuesOf(ReadTenants tenants, String name, ReadRequest request) {
    Set<String> values = new TreeSet<>();
    if (federation && name.equals(ReadTenants.LABEL)) {
      tenants.ids().forEach(tenant -> values.add(tenant.value()));
      return values;
    }
    for (Labels labels : selectSeries(tenants, request.parameters(clock.nowNanos()))) {
      String value = labels.get(name);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  Collection<Labels> selectSeries(ReadTenants tenants, Parameters parameters) {
    Parameters.Range range = metadataRange(tenants, parameters);
    String query = parameters.text("query");
    List<LabelMatcher> matchers = query.isEmpty() ? List.of() : Parser.parseSelector(query, false);
    Collection<Labels> all = data.series(tenants, matchers, range.startNanos(), range.endNanos());
    boolean named = matchers.stream().anyMatch(m -> m.name().equals(DeliveryNote.LABEL));
    return named ? all : all.stream().filter(labels -> !DeliveryNote.isNotes(labels)).toList();
  }

  /** Returns the range of a read about streams as far as it may be seen; see {@link #limited}. */
  Parameters.Range metadataRange(ReadTenants tenants, Parameters parameters) {
    Parameters.Range range = parameters.range();
    if (range.endNanos() < range.startNanos()) {
      Limits allowed = allowed(tenants);
      throw new BadRequestException(
          "this data is no longer available, it is past now - max_query_lookback ("
              + PrometheusDuration.format(allowed.queries().maxQueryLookback().toNanos())
              + ")");
    }
    return limited(tenants, range);
  }

  /** Checks a range and returns what may be seen of it; it ends before it starts if nothing. */
  Parameters.Range limited(ReadTenants tenants, Parameters.Range range) {
    Limits allowed = allowed(tenants);
    LimitChecks.length(range, allowed);
    return LimitChecks.visible(range, LimitChecks.earliest(allowed, clock.nowNanos()));
  }

  /** Nothing found is an answer without {@code data}, as clients know it. */
  private static Body names(Collection<String> names) {
    return success(json -> {
      if (!names.isEmpty()) {
        json.writeArrayPropertyStart("data");
        names.forEach(json::writeString);
        json.writeEndArray();
      }
    });
  }

  /** {@code /loki/api/v1/series}. */
  public Body series(ReadTenants tenants, ReadRequest request) {
    return answering(() -> {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = metadataRange(tenants, parameters);
      List<String> selectors = new ArrayList<>(parameters.all("match"));
      selectors.addAll(parameters.all("match[]"));
      Set<Labels> found = new TreeSet<>();
      for (List<LabelMatcher> matchers : groups(selectors)) {
        found.addAll(data.series(tenants, matchers, range.startNanos(), range.endNanos()));
      }
      return success(json -> {
        json.writeArrayPropertyStart("data");
        found.forEach(labels -> ResultWriter.writeLabels(json, labels));
        json.writeEndArray();
      });
    });
  }

  /** {@code /loki/api/v1/format_query}; a query that does not parse is told in the body. */
  public static FormatAnswer formatQuery(List<String> query) {
    try {
      String formatted = Formatter.format(Parser.parse(query.isEmpty() ? "" : query.getFirst()));
      return new FormatAnswer(200, object("status", "success", "data", formatted));
    } catch (ParseException e) {
      return new FormatAnswer(
          400, object("status", "invalid-query", "error", String.valueOf(e.getMessage())));
    }
  }

  /** A status and its JSON body. */
  public record FormatAnswer(int status, Body body) {}

  private static Body object(String... namesAndValues) {
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        for (int i = 0; i < namesAndValues.length; i += 2) {
          json.writeStringProperty(namesAndValues[i], namesAndValues[i + 1]);
        }
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  private static List<List<LabelMatcher>> groups(List<String> selectors) {
    if (selectors.isEmpty()) {
      return List.of(List.of());
    }
    List<List<LabelMatcher>> groups = new ArrayList<>();
    for (String selector : selectors) {
      List<LabelMatcher> matchers = Parser.parseSelector(selector, true);
      if (matchers.isEmpty() && selectors.size() > 1) {
        throw new BadRequestException("0 matchers in group: " + selector);
      }
      groups.add(matchers);
    }
    return groups;
  }

  static Body success(Consumer<JsonGenerator> content) {
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeStringProperty("status", "success");
        content.accept(json);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  private static Parameters.Range aligned(Parameters.Range range, long step) {
    return new Parameters.Range(
        Math.floorDiv(range.startNanos(), step) * step,
        -Math.floorDiv(-range.endNanos(), step) * step);
  }

  static <T> T answering(Supplier<T> work) {
    try {
      return work.get();
    } catch (BadRequestException | ParseException e) {
      throw new QueryException(400, String.valueOf(e.getMessage()));
    }
  }
}

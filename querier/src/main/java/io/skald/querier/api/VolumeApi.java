package io.skald.querier.api;

import io.skald.common.limits.Limits;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamPart;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * How much selected streams hold: {@code index/stats}, {@code index/volume} and {@code
 * index/volume_range}. Answered from the index and from blocks' counts; lines are never read. Bytes
 * are those of lines and of structured metadata.
 */
public final class VolumeApi {
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final int DEFAULT_LIMIT = 100;

  /** A step that makes one bucket of everything. */
  private static final long WHOLE_RANGE = Long.MAX_VALUE;

  private final QueryData data;
  private final QueryApi queries;
  private final Clock clock;

  public VolumeApi(QueryData data, QueryApi queries, Clock clock) {
    this.data = data;
    this.queries = queries;
    this.clock = clock;
  }

  /** {@code /loki/api/v1/index/stats}. */
  QueryApi.Body stats(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = queries.metadataRange(tenants, parameters);
      parameters.stepNanos(range);
      List<LabelMatcher> matchers = Parser.parseSelector(parameters.text("query"), false);
      Totals totals = new Totals();
      queries.look(
          request,
          range.startNanos(),
          range.endNanos() - 1,
          (from, through, room) ->
              data.parts(tenants, matchers, from, through, room)
                  .forEach(part -> totals.add(part, from, through)));
      return totals::write;
    });
  }

  /** What {@code index/stats} tells of. */
  private static final class Totals {
    private final Set<Labels> streams = new HashSet<>();
    private final Set<Long> chunks = new HashSet<>();
    private long entries;
    private long bytes;

    void add(StreamPart part, long from, long through) {
      StreamPart.Amount amount = part.between(from, through);
      if (amount.entries() > 0) {
        streams.add(part.labels());
        chunks.add(part.chunkId());
        entries += amount.entries();
        bytes += amount.bytes();
      }
    }

    void write(OutputStream out) {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeNumberProperty("streams", streams.size());
        json.writeNumberProperty("chunks", chunks.size());
        json.writeNumberProperty("bytes", bytes);
        json.writeNumberProperty("entries", entries);
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }

  /** {@code /loki/api/v1/index/volume}. */
  QueryApi.Body volume(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = queries.metadataRange(tenants, parameters);
      long endMillis = Math.ceilDiv(range.endNanos(), NANOS_PER_MILLI);
      Map<Labels, TreeMap<Long, Long>> groups =
          collect(tenants, request, parameters, range, WHOLE_RANGE, endMillis);
      List<QueryResult.Sample> samples = new ArrayList<>();
      groups.forEach((labels, buckets) ->
          samples.add(new QueryResult.Sample(labels, endMillis, total(buckets))));
      samples.sort(
          Comparator.comparingDouble(QueryResult.Sample::value)
              .reversed()
              .thenComparing(QueryResult.Sample::labels));
      return answer(new QueryResult.Vector(first(samples, limit(parameters))));
    });
  }

  /** {@code /loki/api/v1/index/volume_range}. */
  QueryApi.Body volumeRange(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = queries.metadataRange(tenants, parameters);
      long step = parameters.stepNanos(range);
      long endMillis = Math.ceilDiv(range.endNanos(), NANOS_PER_MILLI);
      Map<Labels, TreeMap<Long, Long>> groups =
          collect(tenants, request, parameters, range, step, endMillis);
      List<Map.Entry<Labels, TreeMap<Long, Long>>> ordered = new ArrayList<>(groups.entrySet());
      ordered.sort(
          Comparator.<Map.Entry<Labels, TreeMap<Long, Long>>>comparingLong(
                  group -> -group.getValue().firstEntry().getValue())
              .thenComparing(Map.Entry::getKey));
      List<QueryResult.Series> series = new ArrayList<>();
      for (Map.Entry<Labels, TreeMap<Long, Long>> group : first(ordered, limit(parameters))) {
        series.add(
            new QueryResult.Series(
                group.getKey(),
                group.getValue().keySet().stream().mapToLong(Long::longValue).toArray(),
                group.getValue().values().stream().mapToDouble(Long::doubleValue).toArray()));
      }
      return answer(new QueryResult.Matrix(series));
    });
  }

  private static long total(TreeMap<Long, Long> buckets) {
    return buckets.values().stream().mapToLong(Long::longValue).sum();
  }

  private static <T> List<T> first(List<T> all, int limit) {
    return all.subList(0, Math.min(all.size(), limit));
  }

  private static int limit(Parameters parameters) {
    return parameters.text("limit").equals("0") ? DEFAULT_LIMIT : parameters.limit(DEFAULT_LIMIT);
  }

  private static QueryApi.Body answer(QueryResult result) {
    return out ->
        ResultWriter.write(
            out,
            result,
            List.of(),
            false,
            json -> StatisticsWriter.write(json, new QueryStatistics(), 0, 0, 0),
            List.of());
  }

  /**
   * Returns the bytes of each group by bucket; a bucket is named by its last millisecond, the last
   * one by the end of the range. Buckets without data are absent.
   */
  private Map<Labels, TreeMap<Long, Long>> collect(
      ReadTenants tenants,
      ReadRequest request,
      Parameters parameters,
      Parameters.Range range,
      long step,
      long endMillis) {
    limit(parameters);
    Limits allowed = queries.allowed(tenants);
    if (!allowed.queries().volumeEnabled()) {
      throw new QueryException(404, "not found");
    }
    List<LabelMatcher> matchers = Parser.parseSelector(parameters.text("query"), true);
    Grouping grouping = Grouping.of(parameters, matchers);
    Map<Labels, TreeMap<Long, Long>> groups = new HashMap<>();
    long last = range.endNanos() - 1;
    queries.look(
        request,
        range.startNanos(),
        last,
        (from, through, room) -> {
          for (StreamPart part : data.parts(tenants, matchers, from, through, room)) {
            eachBucket(
                part,
                from,
                through,
                step,
                (bucketEnd, bytes) -> {
                  long stamp = bucketEnd > last ? endMillis : bucketEnd / NANOS_PER_MILLI - 1;
                  for (Labels group : grouping.groupsOf(part.labels())) {
                    groups
                        .computeIfAbsent(group, _ -> new TreeMap<>())
                        .merge(stamp, bytes, Long::sum);
                  }
                });
            checkSeries(groups.size(), allowed);
          }
        });
    return groups;
  }

  private static void checkSeries(int series, Limits allowed) {
    int max = allowed.queries().volumeMaxSeries();
    if (max > 0 && series > max) {
      throw new QueryException(
          400, "the query hit the max number of series limit (limit: " + max + " series)");
    }
  }

  /** Buckets are multiples of the step; {@code sink} takes their exclusive end and their bytes. */
  private static void eachBucket(
      StreamPart part, long from, long through, long step, BiConsumer<Long, Long> sink) {
    long start = Math.max(from, part.minNanos());
    long end = Math.min(through, part.maxNanos());
    for (long at = start; at <= end; ) {
      long bucketEnd = step == WHOLE_RANGE ? WHOLE_RANGE : (Math.floorDiv(at, step) + 1) * step;
      StreamPart.Amount amount = part.between(at, Math.min(bucketEnd - 1, end));
      if (amount.bytes() > 0) {
        sink.accept(bucketEnd, amount.bytes());
      }
      at = bucketEnd;
    }
  }

  /**
   * How streams are put into groups.
   *
   * @param names labels to group by; null takes all labels of a stream
   * @param byLabel whether every label is a group of its own
   */
  private record Grouping(@Nullable Set<String> names, boolean byLabel) {
    static Grouping of(Parameters parameters, List<LabelMatcher> matchers) {
      boolean byLabel =
          switch (parameters.text("aggregateBy")) {
            case "", "series" -> false;
            case "labels" -> true;
            default -> throw new BadRequestException("invalid aggregation option");
          };
      Set<String> names = new LinkedHashSet<>();
      for (String name : parameters.text("targetLabels").split(",")) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
      if (names.isEmpty() && !byLabel) {
        matchers.forEach(matcher -> names.add(matcher.name()));
      }
      return new Grouping(names.isEmpty() ? null : names, byLabel);
    }

    List<Labels> groupsOf(Labels labels) {
      if (byLabel) {
        List<Labels> groups = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
          if (names == null || names.contains(labels.name(i))) {
            groups.add(Labels.of(labels.name(i), ""));
          }
        }
        return groups;
      }
      if (names == null) {
        return List.of(labels);
      }
      Labels.Builder group = Labels.builder();
      for (String name : names) {
        String value = labels.get(name);
        if (value == null) {
          return List.of();
        }
        group.set(name, value);
      }
      return List.of(group.build());
    }
  }
}

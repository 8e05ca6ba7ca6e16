package io.skald.querier.api;

import io.skald.common.block.ReadRoom;
import io.skald.common.limits.Limits;
import io.skald.common.limits.QueryLimits;
import io.skald.common.model.LabelMatcher;
import io.skald.common.values.ByteSize;
import io.skald.common.values.GoDuration;
import io.skald.common.values.PrometheusDuration;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.Stage;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamPart;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Holds reads to the limits of their tenants; what goes beyond is a {@link BadRequestException}.
 */
final class LimitChecks {
  private static final long UNIT = 1024;

  private LimitChecks() {}

  /** Checks {@code limit}, or another number of lines. */
  static void entries(int limit, Limits allowed) {
    int max = allowed.queries().maxEntriesLimitPerQuery();
    if (max > 0 && limit > max) {
      throw new BadRequestException(
          "max entries limit per query exceeded, limit > max_entries_limit_per_query ("
              + limit
              + " > "
              + max
              + ")");
    }
  }

  /**
   * Checks what a query is, whatever data there is.
   *
   * @param text as it was sent
   */
  static void query(Expr expression, String text, Parameters.Range range, Limits allowed) {
    String type = type(expression);
    if (allowed.queries().blockedQueries().stream().anyMatch(query -> query.blocks(text, type))) {
      throw new BadRequestException("query blocked by policy");
    }
    List<LogRange> windows = windows(expression);
    windows.forEach(window -> window(window, allowed.queries()));
    long longest = windows.stream().mapToLong(LogRange::rangeNanos).max().orElse(0);
    if (range.startNanos() < range.endNanos()) { // at one instant a window may be longer
      length(range.endNanos() - range.startNanos() + longest, allowed.queries());
    }
    selectors(expression).forEach(selector -> matchers(selector, allowed.queries()));
  }

  private static String type(Expr expression) {
    return switch (expression) {
      case MetricExpr _, Expr.Variants _ -> "metric";
      case LogExpr log ->
          log.stages().stream().anyMatch(LimitChecks::filters) ? "filter" : "limited";
    };
  }

  private static boolean filters(Stage stage) {
    return stage instanceof Stage.LineFilter || stage instanceof Stage.Filter;
  }

  private static void window(LogRange window, QueryLimits limits) {
    long max = limits.maxQueryRange().toNanos();
    if (max > 0 && window.rangeNanos() > max) {
      throw new BadRequestException(
          "[interval] value exceeds limit: ["
              + PrometheusDuration.format(window.rangeNanos())
              + "] > ["
              + PrometheusDuration.format(max)
              + "]");
    }
  }

  /** Checks a range of time that is read. */
  static void length(Parameters.Range range, Limits allowed) {
    length(range.endNanos() - range.startNanos(), allowed.queries());
  }

  private static void length(long nanos, QueryLimits limits) {
    long max = limits.maxQueryLength().toNanos();
    if (max > 0 && nanos > max) {
      throw new BadRequestException(
          "the query time range exceeds the limit (query length: "
              + GoDuration.format(nanos)
              + ", limit: "
              + PrometheusDuration.format(max)
              + ")");
    }
  }

  private static void matchers(List<LabelMatcher> selector, QueryLimits limits) {
    int max = limits.maxStreamsMatchersPerQuery();
    if (max > 0 && selector.size() > max) {
      throw new BadRequestException(
          "max streams matchers per query exceeded, matchers-count > limit ("
              + selector.size()
              + " > "
              + max
              + ")");
    }
    required(selector, limits);
  }

  private static void required(List<LabelMatcher> selector, QueryLimits limits) {
    List<String> present = selector.stream().map(LabelMatcher::name).distinct().toList();
    List<String> missing =
        limits.requiredLabels().stream().filter(label -> !present.contains(label)).toList();
    if (!missing.isEmpty()) {
      throw new BadRequestException(
          "stream selector is missing required matchers ["
              + String.join(", ", missing)
              + "], labels present in the query were ["
              + String.join(", ", present)
              + "]");
    }
    int minimum = limits.minimumLabelsNumber();
    if (minimum > 0 && present.size() < minimum) {
      throw new BadRequestException(
          "stream selector has less label matchers than required: (present: ["
              + present.stream().sorted().collect(Collectors.joining(", "))
              + "], number_present: "
              + present.size()
              + ", required_number_label_matchers: "
              + minimum
              + ")");
    }
  }

  /** Returns the first instant that a tenant may read, by {@code max_query_lookback}. */
  static long earliest(Limits allowed, long nowNanos) {
    long lookback = allowed.queries().maxQueryLookback().toNanos();
    return lookback == 0 ? Long.MIN_VALUE : nowNanos - lookback;
  }

  /** Returns what of a range may be read; it ends before it starts if that is nothing. */
  static Parameters.Range visible(Parameters.Range range, long earliest) {
    return new Parameters.Range(Math.max(range.startNanos(), earliest), range.endNanos());
  }

  /**
   * Checks how many bytes of lines a query would read. Known from the index, but for chunks that a
   * range ends in, and those are opened only where they decide.
   *
   * @param max how many it may read
   * @param earliest the first instant that may be read
   * @param room while it is looked at
   */
  static void bytes(
      QueryRequest query,
      ReadTenants tenants,
      QueryData data,
      long max,
      long earliest,
      ReadRoom room) {
    List<StreamPart.Span> spans = new ArrayList<>();
    switch (query.expression()) {
      case LogExpr log ->
          spans.addAll(
              data.spans(tenants, log.selector(), query.startNanos(), query.endNanos() - 1, room));
      case MetricExpr _, Expr.Variants _ -> {
        for (LogRange window : windows(query.expression())) {
          long from = query.startNanos() - window.offsetNanos() - window.rangeNanos();
          long through = query.endNanos() - window.offsetNanos();
          spans.addAll(
              data.spans(
                  tenants, window.log().selector(), Math.max(from + 1, earliest), through, room));
        }
      }
    }
    long certain =
        spans.stream().filter(StreamPart.Span::isWhole).mapToLong(StreamPart.Span::atMost).sum();
    long atMost = spans.stream().mapToLong(StreamPart.Span::atMost).sum();
    if (atMost <= max) {
      return;
    }
    long exact = certain > max ? certain : spans.stream().mapToLong(StreamPart.Span::bytes).sum();
    if (exact > max) {
      throw new QueryException(
          400,
          "the query would read too many bytes (query: "
              + size(exact)
              + ", limit: "
              + size(max)
              + "); select fewer streams or a shorter time range");
    }
  }

  /** Prints about four digits, in the units that limits have. */
  private static String size(long bytes) {
    long precision = 1;
    while (bytes / precision >= 10 * UNIT) {
      precision *= UNIT;
    }
    return ByteSize.formatBinary(bytes / precision * precision);
  }

  /** Returns whether a query selects streams at all. */
  static boolean readsData(Expr expression) {
    return !selectors(expression).isEmpty();
  }

  /** Returns the selectors of a query, in the order as written. */
  static List<List<LabelMatcher>> selectors(Expr expression) {
    return expression instanceof LogExpr log
        ? List.of(log.selector())
        : windows(expression).stream().map(window -> window.log().selector()).toList();
  }

  private static List<LogRange> windows(Expr expression) {
    return switch (expression) {
      case LogExpr _ -> List.of();
      case Expr.Variants variants -> List.of(variants.range());
      case MetricExpr.RangeAggregation range -> List.of(range.range());
      case MetricExpr.VectorAggregation vector -> windows(vector.inner());
      case MetricExpr.Binary binary -> {
        List<LogRange> both = new ArrayList<>(windows(binary.left()));
        both.addAll(windows(binary.right()));
        yield both;
      }
      case MetricExpr.LabelReplace replace -> windows(replace.inner());
      case MetricExpr.Literal _, MetricExpr.Vector _ -> List.of();
    };
  }
}

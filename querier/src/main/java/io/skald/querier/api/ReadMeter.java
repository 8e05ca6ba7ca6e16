package io.skald.querier.api;

import io.skald.common.http.HttpRequest;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.LogExpr;
import io.skald.querier.api.FinishedRead.Cost;
import io.skald.querier.api.FinishedRead.Kind;
import io.skald.querier.api.FinishedRead.Phase;
import io.skald.querier.api.FinishedRead.Span;
import io.skald.querier.source.ReadTenants;
import io.skald.storage.read.ReadStatistics;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Measures one read. One thread at a time leads the read and calls this; the statistics may be
 * added to by all.
 */
public final class ReadMeter {
  /** A longer text is cut; it is only looked at. */
  private static final int MAX_TAGS = 256;

  private static final String HARMLESS = "-=.@, ";

  private final Clock clock;
  private final long startNanos;
  private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);
  private final QueryStatistics statistics;
  private final ReadStatistics reads = new ReadStatistics();
  private Kind kind = Kind.METADATA;
  private Span span = Span.NONE;
  private long returned;

  /** Begins to measure. */
  public ReadMeter(Clock clock) {
    this.clock = clock;
    this.startNanos = clock.monotonicNanos();
    this.statistics = new QueryStatistics(clock::monotonicNanos);
  }

  QueryStatistics statistics() {
    return statistics;
  }

  ReadStatistics reads() {
    return reads;
  }

  void queued(long nanos) {
    add(Phase.QUEUE, nanos);
  }

  long queueNanos() {
    return phases.getOrDefault(Phase.QUEUE, 0L);
  }

  /** Takes the time of reading a query's parameters, and learns from them what it is. */
  QueryRequest parsing(Supplier<QueryRequest> read) {
    kind = Kind.INVALID;
    QueryRequest query = timed(Phase.PARSE, read);
    kind =
        query.expression() instanceof LogExpr
            ? Kind.LOG
            : query.isInstant() ? Kind.INSTANT : Kind.METRIC;
    span = new Span(query.startNanos(), query.endNanos(), query.stepNanos(), query.limit());
    return query;
  }

  /** Takes the time of evaluating a query, which the statistics divide into phases. */
  <T> T evaluating(Supplier<T> evaluate) {
    long began = clock.monotonicNanos();
    try {
      return evaluate.get();
    } finally {
      long plan = statistics.planNanos.sum();
      long scan = statistics.scanNanos.sum();
      add(Phase.PLAN, plan);
      add(Phase.SCAN, scan);
      add(Phase.MERGE, Math.max(0, clock.monotonicNanos() - began - plan - scan));
    }
  }

  /** Takes the time of writing an answer. */
  <T> T writing(Supplier<T> write) {
    return timed(Phase.WRITE, write);
  }

  void returned(long entries) {
    returned = entries;
  }

  private <T> T timed(Phase phase, Supplier<T> work) {
    long began = clock.monotonicNanos();
    try {
      return work.get();
    } finally {
      add(phase, clock.monotonicNanos() - began);
    }
  }

  private void add(Phase phase, long nanos) {
    phases.merge(phase, nanos, Long::sum);
  }

  /** Tells what was measured, to the request's trace as well. */
  FinishedRead finish(HttpRequest request, ReadTenants asking, int status) {
    FinishedRead read =
        finish(
            kind,
            request.path(),
            asking,
            text(request),
            tags(request.headers("X-Query-Tags")),
            request.trace().traceId(),
            status);
    if (request.trace().isRecorded()) {
      tell(request.trace(), read);
    }
    return read;
  }

  /** Tells what was measured of a query that a rule asked, which no request and no trace is of. */
  FinishedRead finishRule(ReadTenants asking, String query, int status) {
    Kind known = kind == Kind.INVALID ? kind : Kind.RULE;
    return finish(known, "", asking, query, "", "", status);
  }

  private FinishedRead finish(
      Kind of,
      String path,
      ReadTenants asking,
      String query,
      String tags,
      String traceId,
      int status) {
    long nanos = clock.monotonicNanos() - startNanos;
    phases.putIfAbsent(Phase.QUEUE, nanos); // it was never let in
    return new FinishedRead(
        of, path, asking.key(), query, span, tags, traceId, status, nanos, phases, cost());
  }

  private Cost cost() {
    return new Cost(
        statistics.streams.sum(),
        statistics.chunks.sum(),
        statistics.processedLines.sum(),
        statistics.processedBytes.sum(),
        returned,
        reads.fetchedBytes.sum(),
        statistics.blocksTotal.sum(),
        statistics.blocksSkipped.sum(),
        statistics.bytesSkipped.sum(),
        reads.decompressedBytes.sum());
  }

  private static String text(HttpRequest request) {
    List<String> query = request.parameters("query");
    return query.isEmpty() ? String.join(", ", request.parameters("match[]")) : query.getFirst();
  }

  /** Replaces what could be taken for something else in a line of the log. */
  static String tags(List<String> headers) {
    String text = String.join(",", headers);
    StringBuilder harmless = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), MAX_TAGS); i++) {
      char c = text.charAt(i);
      boolean kept =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || HARMLESS.indexOf(c) >= 0;
      harmless.append(kept ? c : '_');
    }
    return harmless.toString();
  }

  /**
   * Lays the phases one behind the other. That is how they run, but for queries with several
   * selectors, which plan and scan in turn: these are shown as if they planned first.
   */
  private void tell(RequestTrace trace, FinishedRead read) {
    long start = startNanos;
    for (Phase phase : Phase.values()) {
      Long nanos = read.phaseNanos().get(phase);
      if (nanos != null) {
        trace.phase(
            phase.text(), start, nanos, phase == Phase.SCAN ? scanned(read.cost()) : Map.of());
        start += nanos;
      }
    }
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("skald.tenant", read.tenant());
    attributes.put("skald.query.kind", read.kind().text());
    attributes.put("skald.query.entries_returned", read.cost().returned());
    trace.attributes(attributes);
  }

  private static Map<String, Object> scanned(Cost cost) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("skald.query.streams", cost.streams());
    attributes.put("skald.query.lines", cost.lines());
    attributes.put("skald.query.bytes", cost.bytes());
    attributes.put("skald.query.blocks_skipped", cost.skippedBlocks());
    attributes.put("skald.query.fetched_bytes", cost.fetchedBytes());
    return attributes;
  }
}

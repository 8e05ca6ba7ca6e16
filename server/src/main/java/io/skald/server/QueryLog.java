package io.skald.server;

import io.skald.common.values.GoDuration;
import io.skald.querier.api.FinishedRead;
import io.skald.querier.api.FinishedRead.Cost;
import io.skald.querier.api.FinishedRead.Phase;
import io.skald.querier.api.FinishedRead.Span;
import io.skald.querier.api.ReadObserver;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** A line of the log for every finished read. */
final class QueryLog implements ReadObserver {
  private static final Logger LOG = LoggerFactory.getLogger("io.skald.querier.QueryLog");

  /** A longer query is cut: it may have 128 KiB. */
  private static final int MAX_QUERY = 2048;

  private static final int MAX_PATH = 256;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final boolean enabled;
  private final long longerThanNanos;

  QueryLog(QueryLogSection config) {
    this.enabled = config.logQueries();
    this.longerThanNanos = config.logQueriesLongerThan().toNanos();
  }

  @Override
  public void finished(FinishedRead read) {
    if (!enabled || read.nanos() < longerThanNanos || !LOG.isInfoEnabled()) {
      return;
    }
    LoggingEventBuilder line =
        with(with(LOG.atInfo(), "tenant", read.tenant()), "traceID", read.traceId())
            .addKeyValue("kind", read.kind().text());
    line = with(line, "path", cut(read.path(), MAX_PATH));
    line = with(line, "query", cut(read.query(), MAX_QUERY));
    Span span = read.span();
    if (!span.isEmpty()) {
      line =
          line.addKeyValue("start", time(span.startNanos()))
              .addKeyValue("end", time(span.endNanos()))
              .addKeyValue("step", GoDuration.format(span.stepNanos()))
              .addKeyValue("limit", span.limit());
    }
    Cost cost = read.cost();
    line =
        line.addKeyValue("status", read.status())
            .addKeyValue("duration", GoDuration.format(read.nanos()))
            .addKeyValue(
                "queue_time", GoDuration.format(read.phaseNanos().getOrDefault(Phase.QUEUE, 0L)))
            .addKeyValue("lines", cost.lines())
            .addKeyValue("bytes", cost.bytes())
            .addKeyValue("skipped_bytes", cost.skippedBytes())
            .addKeyValue("fetched_bytes", cost.fetchedBytes())
            .addKeyValue("returned_entries", cost.returned());
    with(line, "query_tags", read.tags()).log("query");
  }

  private static LoggingEventBuilder with(LoggingEventBuilder line, String key, String text) {
    return text.isEmpty() ? line : line.addKeyValue(key, text);
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max) + "...";
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }
}

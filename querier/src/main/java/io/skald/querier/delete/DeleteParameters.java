package io.skald.querier.delete;

import io.skald.common.http.HttpException;
import io.skald.common.http.HttpRequest;
import io.skald.common.values.PrometheusDuration;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The parameters of delete requests. Absent and empty are the same; what cannot be read is a 400
 * with a text for the client.
 */
final class DeleteParameters {
  private static final Pattern UNIX_SECONDS = Pattern.compile("[0-9]{10}");
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final HttpRequest request;

  DeleteParameters(HttpRequest request) {
    this.request = request;
  }

  String text(String name) {
    List<String> values = request.parameters(name);
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** Returns a time in nanoseconds, if it is given. */
  OptionalLong time(String name) {
    String text = text(name);
    return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(parseTime(name, text));
  }

  private static long parseTime(String name, String text) {
    if (UNIX_SECONDS.matcher(text).matches()) {
      return nanos(Long.parseLong(text), 0);
    }
    try {
      Instant instant = OffsetDateTime.parse(text).toInstant();
      return nanos(instant.getEpochSecond(), instant.getNano());
    } catch (DateTimeException _) {
      throw badRequest("invalid " + name + " time: require unix seconds or RFC3339 format");
    }
  }

  /** What no entry can have is as good as the first or last time that one can. */
  private static long nanos(long seconds, int nano) {
    try {
      return Math.addExact(Math.multiplyExact(seconds, NANOS_PER_SECOND), nano);
    } catch (ArithmeticException _) {
      return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /** Returns the query, which is a valid log query. */
  LogExpr query() {
    String text = text("query");
    if (text.isEmpty()) {
      throw badRequest("query not set");
    }
    try {
      if (Parser.parse(text) instanceof LogExpr log) {
        Pipeline.compile(log.stages());
        return log;
      }
    } catch (ParseException e) {
      throw badRequest("invalid query expression: " + e.getMessage());
    }
    throw badRequest("invalid query expression: only a log query can be deleted");
  }

  /** Checks {@code max_interval}, which matters only to a request with filters. */
  void checkMaxInterval(Duration longest, long rangeNanos) {
    String text = text("max_interval");
    if (text.isEmpty()) {
      return;
    }
    long nanos;
    try {
      nanos = PrometheusDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw badRequest("invalid max_interval: " + e.getMessage());
    }
    if (nanos <= 0 || nanos > longest.toNanos()) {
      throw badRequest(
          "max_interval must be positive and at most compactor.delete_max_interval ("
              + PrometheusDuration.format(longest.toNanos())
              + "): "
              + text);
    }
    if (nanos > rangeNanos) {
      throw badRequest("max_interval can't be greater than the interval to be deleted: " + text);
    }
  }

  static HttpException badRequest(String text) {
    return new HttpException(400, text + "\n");
  }
}

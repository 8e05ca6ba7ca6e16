package io.skald.logql.engine;

import io.skald.common.values.PrometheusDuration;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The parameters of a recorded request, read as the HTTP contract says. */
final class ConformanceRequest {
  private static final long SECOND = 1_000_000_000L;

  private ConformanceRequest() {}

  static QueryRequest instant(Map<String, String> parameters) {
    Expr expression = Parser.parse(parameters.getOrDefault("query", ""));
    if (expression instanceof LogExpr) {
      throw new QueryException(
          400,
          "log queries are not supported as an instant query type, please change your query to a"
              + " range query type");
    }
    long time = time(parameters.getOrDefault("time", ""));
    return new QueryRequest(expression, time, time, 0, 0, 100, false, false);
  }

  static QueryRequest range(Map<String, String> parameters, boolean categorize) {
    Expr expression = Parser.parse(parameters.getOrDefault("query", ""));
    long end = time(parameters.getOrDefault("end", ""));
    long start =
        parameters.containsKey("start")
            ? time(parameters.getOrDefault("start", ""))
            : end - duration(parameters.getOrDefault("since", "1h"));
    long step =
        parameters.containsKey("step")
            ? duration(parameters.getOrDefault("step", ""))
            : Math.max(1, (end - start) / SECOND / 250) * SECOND;
    if (!(expression instanceof LogExpr)) {
      start = Math.floorDiv(start, step) * step;
      end = Math.ceilDiv(end, step) * step;
    }
    return new QueryRequest(
        expression,
        start,
        end,
        step,
        duration(parameters.getOrDefault("interval", "0")),
        Integer.parseInt(parameters.getOrDefault("limit", "100")),
        Optional.ofNullable(parameters.get("direction"))
            .map("forward"::equalsIgnoreCase)
            .orElse(false),
        categorize);
  }

  static long time(String text) {
    if (text.contains("T")) {
      Instant instant = Instant.parse(text);
      return instant.getEpochSecond() * SECOND + instant.getNano();
    }
    if (text.contains(".")) {
      return new BigDecimal(text).multiply(BigDecimal.valueOf(SECOND)).longValue();
    }
    return text.length() <= 10 ? Long.parseLong(text) * SECOND : Long.parseLong(text);
  }

  static long duration(String text) {
    if (text.matches("[0-9.]+")) {
      return new BigDecimal(text).multiply(BigDecimal.valueOf(SECOND)).longValue();
    }
    return PrometheusDuration.parse(text);
  }
}

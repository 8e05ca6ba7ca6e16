package io.skald.server;

import io.skald.common.http.AnsweredRequest;
import io.skald.common.http.RequestObserver;
import io.skald.common.trace.RequestTrace;
import io.skald.server.trace.Tracing;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Who hears of requests: metrics, the access log and traces. */
final class Observation implements RequestObserver {
  private final ServerMetrics metrics;
  private final RequestLog log;
  private final Tracing tracing;

  Observation(ServerMetrics metrics, SkaldConfig config, Tracing tracing) {
    this.metrics = metrics;
    this.tracing = tracing;
    this.log = new RequestLog(config.server().logRequestAtInfoLevelEnabled(), config.authEnabled());
  }

  /** Binds what has become of spans. */
  void bind() {
    metrics.counter(
        "skald_tracing_spans_ended_total",
        "Spans that ended and were handed to the exporter's queue.",
        () -> tracing.spans().ended());
    metrics.counter(
        "skald_tracing_spans_exported_total",
        "Spans that the collector took.",
        () -> tracing.spans().exported());
    metrics.counter(
        "skald_tracing_spans_failed_total",
        "Spans that the collector did not take.",
        () -> tracing.spans().failed());
  }

  @Override
  public RequestTrace begin(
      String route, String method, long startNanos, UnaryOperator<@Nullable String> headers) {
    return tracing.begin(route, method, startNanos, headers);
  }

  @Override
  public void answered(AnsweredRequest request) {
    metrics.answered(request);
    log.answered(request);
  }
}

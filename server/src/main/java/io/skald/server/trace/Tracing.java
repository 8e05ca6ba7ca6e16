package io.skald.server.trace;

import io.skald.common.http.RequestObserver;
import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import io.skald.common.trace.TraceParent;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Begins the traces of requests, and sends them. Close it last of what makes traces. */
public interface Tracing extends AutoCloseable {
  /** Continues the client's trace or begins one; see {@link RequestObserver#begin}. */
  RequestTrace begin(
      String route, String method, long startNanos, UnaryOperator<@Nullable String> headers);

  /** Returns what has become of spans. */
  Spans spans();

  /** Sends what waits, for a moment. */
  @Override
  void close();

  /**
   * How many spans ended; those that were neither exported nor failed wait, or were dropped because
   * too many waited.
   *
   * @param exported taken by the collector
   * @param failed not taken by it
   */
  record Spans(long ended, long exported, long failed) {
    static final Spans NONE = new Spans(0, 0, 0);
  }

  /**
   * Opens what the configuration and the environment ask for.
   *
   * @param version of this program, told to the collector
   * @throws IllegalArgumentException if the environment names no URL
   */
  static Tracing open(
      TracingConfig config, Map<String, String> environment, String version, Clock clock) {
    Optional<String> endpoint = config.endpoint(environment);
    return endpoint.isEmpty()
        ? new Untraced()
        : OpenTelemetryTracing.open(
            endpoint.get(), config.samplingRatio(), environment, version, clock);
  }

  /** Only knows the trace that a client names, for the log. */
  final class Untraced implements Tracing {
    private Untraced() {}

    @Override
    public RequestTrace begin(
        String route, String method, long startNanos, UnaryOperator<@Nullable String> headers) {
      return RequestTrace.unrecorded(TraceParent.traceId(headers.apply(TraceParent.HEADER)));
    }

    @Override
    public Spans spans() {
      return Spans.NONE;
    }

    @Override
    public void close() {}
  }
}

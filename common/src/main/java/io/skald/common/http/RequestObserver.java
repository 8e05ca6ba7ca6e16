package io.skald.common.http;

import io.skald.common.trace.RequestTrace;
import io.skald.common.trace.TraceParent;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Hears of every request; the place for metrics, the access log and traces. */
@FunctionalInterface
public interface RequestObserver {
  RequestObserver NONE = _ -> {};

  /**
   * Begins the trace of a request that is about to be handled; called on its handler's thread. The
   * trace is ended when the answer is known.
   *
   * @param route the path as registered
   * @param startNanos when its head came, by the monotonic clock
   * @param headers gives the value of a header
   */
  default RequestTrace begin(
      String route, String method, long startNanos, UnaryOperator<@Nullable String> headers) {
    return RequestTrace.unrecorded(TraceParent.traceId(headers.apply(TraceParent.HEADER)));
  }

  /** Called when the answer is known; on a handler's thread, or on an event loop if none ran. */
  void answered(AnsweredRequest request);
}

package io.skald.common.rpc;

/**
 * Hears of calls that ended, on either side. Called by threads of the transport: must not block.
 */
@FunctionalInterface
public interface CallObserver {
  /** Hears nothing. */
  CallObserver NONE = (_, _, _) -> {};

  /**
   * @param method service and method, {@code skald.ingester.v1.Ingester/Push}
   * @param status gRPC's name of the outcome, {@code OK} or another
   * @param nanos how long it took; of a stream, to its end
   */
  void ended(String method, String status, long nanos);
}

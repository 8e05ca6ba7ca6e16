package io.skald.common.http;

/** Hears of every answered request; the place for metrics. Called on handler threads. */
@FunctionalInterface
public interface RequestObserver {
  RequestObserver NONE = (_, _, _, _) -> {};

  /**
   * @param route the path as registered, or "other"
   */
  void answered(String route, String method, int status, long nanos);
}

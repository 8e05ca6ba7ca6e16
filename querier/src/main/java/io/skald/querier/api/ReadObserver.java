package io.skald.querier.api;

/** Hears of every read that ended, well or not; the place for metrics and the log. */
@FunctionalInterface
public interface ReadObserver {
  ReadObserver NONE = _ -> {};

  /** Called on the thread of the request, when the answer is known. */
  void finished(FinishedRead read);
}

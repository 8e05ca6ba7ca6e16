package io.skald.querier.api;

import java.util.List;

/** Hears of every read that ended, well or not; the place for metrics and the log. */
@FunctionalInterface
public interface ReadObserver {
  /** Called on the thread of the request, when the answer is known. */
  void finished(FinishedRead read);

  /** Returns one that tells all of {@code observers}, in their order. */
  static ReadObserver all(ReadObserver... observers) {
    List<ReadObserver> each = List.of(observers);
    return read -> each.forEach(observer -> observer.finished(read));
  }
}

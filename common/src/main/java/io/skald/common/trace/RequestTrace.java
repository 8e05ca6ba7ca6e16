package io.skald.common.trace;

import java.util.Map;

/** The trace that a request is part of. Thread-safe. */
public interface RequestTrace {
  /** Of a request that is part of no trace. */
  RequestTrace NONE = unrecorded("");

  /** Returns the trace's id, 32 lower-case hexadecimal digits, or "" without a trace. */
  String traceId();

  /** Returns whether anybody keeps what is told; if not, nothing need be measured for it. */
  boolean isRecorded();

  /**
   * Tells of a part of the work that has ended.
   *
   * @param startNanos when it began, by the monotonic clock
   * @param attributes what it was about, as texts, whole numbers or {@code Boolean}s
   */
  void phase(String name, long startNanos, long nanos, Map<String, Object> attributes);

  /** Tells what the whole request was about. */
  void attributes(Map<String, Object> attributes);

  /** Tells that the request is answered; nothing may be told after that. */
  void end(int status);

  /** Returns the trace of a request that nobody records. */
  static RequestTrace unrecorded(String traceId) {
    return new RequestTrace() {
      @Override
      public String traceId() {
        return traceId;
      }

      @Override
      public boolean isRecorded() {
        return false;
      }

      @Override
      public void phase(String name, long startNanos, long nanos, Map<String, Object> attributes) {}

      @Override
      public void attributes(Map<String, Object> attributes) {}

      @Override
      public void end(int status) {}
    };
  }
}

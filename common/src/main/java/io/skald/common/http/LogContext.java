package io.skald.common.http;

import org.slf4j.MDC;

/** What lines of the log that are written on a thread belong to, until it is closed. */
final class LogContext implements AutoCloseable {
  static final String TENANT = "tenant";
  static final String TRACE = "traceID";

  private LogContext() {}

  /**
   * Begins a request on the calling thread.
   *
   * @param tenant "" if none is named
   * @param traceId "" without a trace
   */
  static LogContext begin(String tenant, String traceId) {
    put(TENANT, tenant);
    put(TRACE, traceId);
    return new LogContext();
  }

  private static void put(String key, String value) {
    if (!value.isEmpty()) {
      MDC.put(key, value);
    }
  }

  @Override
  public void close() {
    MDC.remove(TENANT);
    MDC.remove(TRACE);
  }
}

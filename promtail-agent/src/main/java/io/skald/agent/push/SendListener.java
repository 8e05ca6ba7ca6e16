package io.skald.agent.push;

/** Hears what becomes of batches, on the sender thread; the place for metrics. */
public interface SendListener {
  /** Why entries were given up. */
  enum DropReason {
    /** The server refused them (400 and other answers that no resend changes). */
    INGESTER_ERROR,
    /** Too many attempts with 429. */
    RATE_LIMITED,
    /** One entry alone was too large for the server (413). */
    LINE_TOO_LONG
  }

  SendListener NONE = new SendListener() {};

  /**
   * One request was answered or failed.
   *
   * @param status of the answer, -1 if there was none
   */
  default void attempted(String client, int status, long durationNanos) {}

  default void sent(String client, int entries, long lineBytes, long bodyBytes) {}

  /** The batch is tried again later. */
  default void retried(String client, String tenant) {}

  /** A server may have stored a part of them. */
  default void dropped(
      String client, String tenant, DropReason reason, int entries, long lineBytes) {}
}

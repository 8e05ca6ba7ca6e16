package io.skald.agent.push;

import java.util.Locale;

/** Hears what becomes of entries, from several threads; the place for metrics. */
public interface SendListener {
  /** Why entries were given up. */
  enum DropReason {
    /** The server refused them (400 and other answers that no resend changes). */
    INGESTER_ERROR,
    /** Too many attempts with 429, or one if those are to be dropped at once. */
    RATE_LIMITED,
    /** One entry alone was too large for the server (413), or for {@code max_line_size}. */
    LINE_TOO_LONG,
    /** Their stream was one too many for {@code max_streams}. */
    STREAM_LIMITED,
    /** They have no labels, which no server takes. */
    NO_LABELS,
    /** The buffer on disk was full, and is to drop its oldest. */
    BUFFER_FULL,
    /** They waited longer than the buffer on disk may keep them. */
    BUFFER_AGE,
    /** They could not be read from disk any more. */
    BUFFER_DAMAGED;

    /** Returns the value of the label {@code reason}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  SendListener NONE = new SendListener() {};

  /** A batch is ready to be sent for the first time. */
  default void encoded(String client, int bodyBytes) {}

  /**
   * One request was answered or failed.
   *
   * @param status of the answer, -1 if there was none
   */
  default void attempted(String client, int status, long durationNanos) {}

  default void sent(String client, int entries, long lineBytes, long bodyBytes) {}

  /** The batch is tried again later. */
  default void retried(String client, String tenant) {}

  /** A line was cut. */
  default void mutated(String client, String tenant, DropReason reason, int entries, long bytes) {}

  /** A server may have stored a part of them. */
  default void dropped(
      String client, String tenant, DropReason reason, int entries, long lineBytes) {}
}

package io.skald.agent.source;

/** The severities of syslog (RFC 5424, table 2) as words. */
public final class Severity {
  private static final String[] WORDS = {
    "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"
  };

  private Severity() {}

  /**
   * Returns the word for a severity.
   *
   * @param severity from 0 to 7; others are "unknown"
   */
  public static String word(int severity) {
    return severity >= 0 && severity < WORDS.length ? WORDS[severity] : "unknown";
  }
}

package io.skald.agent.source.syslog;

/** Bytes that are no message, or no frame of one. */
final class SyslogFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  SyslogFormatException(String message) {
    super(message);
  }
}

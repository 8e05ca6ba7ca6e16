package io.skald.storage.wal;

/** A record passed its checksum but does not follow the format; replay reports and skips it. */
final class MalformedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedRecordException(String message) {
    super(message);
  }
}

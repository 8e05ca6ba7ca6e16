package io.skald.storage.wal;

/** One push encodes to more than a record may hold; nothing of it was written. */
public final class RecordTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RecordTooLargeException(long recordBytes, long maxRecordBytes) {
    super(
        "a push of "
            + recordBytes
            + " bytes exceeds the largest WAL record of "
            + maxRecordBytes
            + " bytes; send smaller pushes");
  }
}

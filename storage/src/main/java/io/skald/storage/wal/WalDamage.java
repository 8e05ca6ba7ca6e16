package io.skald.storage.wal;

/**
 * A range of a log file that could not be read. The records in it are lost; all others are kept.
 *
 * @param file the name of the file in the log directory
 * @param offset the first byte of the range
 * @param length bytes in the range
 * @param reason what is wrong with it
 */
public record WalDamage(String file, long offset, long length, String reason) {
  @Override
  public String toString() {
    return file + ": " + length + " bytes at offset " + offset + ": " + reason;
  }
}

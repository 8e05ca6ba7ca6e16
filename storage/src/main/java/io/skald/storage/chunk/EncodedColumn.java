package io.skald.storage.chunk;

/** A column as it is stored, and the number that says how it is coded. */
record EncodedColumn(int encoding, byte[] bytes) {
  /** A column that holds nothing but defaults and takes no bytes. */
  static final int ABSENT_ENCODING = 0;

  static final EncodedColumn ABSENT = new EncodedColumn(ABSENT_ENCODING, new byte[0]);
}

package io.skald.logql.pipeline;

/** A hash of a few bytes, for the slots of small caches. */
final class ByteHash {
  private ByteHash() {}

  static int of(byte[] area, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + area[i];
    }
    hash *= 0x9E3779B1;
    return hash ^ hash >>> 15;
  }
}

package io.skald.storage.chunk;

/**
 * Small unsigned numbers as planes: all lowest bytes, then all second bytes, and so on, which
 * compress better than numbers side by side.
 */
final class BytePlanes {
  private BytePlanes() {}

  /** Returns how many planes numbers up to {@code max} need; 0 if all are zero. */
  static int count(int max) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(max) + 7) / 8;
  }

  static void write(SectionWriter out, int[] values, int size, int planes) {
    for (int plane = 0; plane < planes; plane++) {
      for (int i = 0; i < size; i++) {
        out.writeByte(values[i] >>> (8 * plane));
      }
    }
  }

  /** Adds the numbers at {@code bytes[from, from + planes * values.length)} to {@code values}. */
  static void addTo(int[] values, byte[] bytes, int from, int planes) {
    int at = from;
    for (int plane = 0; plane < planes; plane++) {
      for (int i = 0; i < values.length; i++) {
        values[i] += (bytes[at++] & 0xFF) << (8 * plane);
      }
    }
  }
}

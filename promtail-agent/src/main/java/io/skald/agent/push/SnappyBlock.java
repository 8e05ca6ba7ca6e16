package io.skald.agent.push;

import java.io.IOException;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/** Snappy's block format, which push requests are in. Confined to one thread. */
final class SnappyBlock {
  private byte[] scratch = new byte[0];

  /** Returns {@code bytes[0, length)} compressed, in an array of its own. */
  byte[] compress(byte[] bytes, int length) throws IOException {
    int max = Snappy.maxCompressedLength(length);
    if (scratch.length < max) {
      scratch = new byte[max];
    }
    int size = Snappy.compress(bytes, 0, length, scratch, 0);
    return Arrays.copyOf(scratch, size);
  }

  /** Gives back what a very large body needed. */
  void trim(int normalBytes) {
    if (scratch.length > 2 * normalBytes) {
      scratch = new byte[0];
    }
  }

  static byte[] uncompress(byte[] bytes) throws IOException {
    return Snappy.uncompress(bytes);
  }
}

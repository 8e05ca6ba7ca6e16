package io.skald.common.model;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * The identity of a stream inside its tenant: XXH3-128 of its canonical label bytes. 128 bits, so
 * that two streams of one tenant never share one in practice and no collision handling is needed.
 */
public record Fingerprint(long high, long low) implements Comparable<Fingerprint> {
  public static final int BYTES = 16;

  /** Hashes {@code name 0xFF value 0xFF ...} (0xFF is never part of UTF-8). */
  public static Fingerprint of(Labels labels) {
    int length = 0;
    byte[][] parts = new byte[2 * labels.size()][];
    for (int i = 0; i < labels.size(); i++) {
      parts[2 * i] = labels.name(i).getBytes(StandardCharsets.UTF_8);
      parts[2 * i + 1] = labels.value(i).getBytes(StandardCharsets.UTF_8);
      length += parts[2 * i].length + parts[2 * i + 1].length + 2;
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, bytes, at, part.length);
      at += part.length;
      bytes[at++] = (byte) 0xFF;
    }
    HashValue128 hash = Hashing.xxh3_128().hashBytesTo128Bits(bytes);
    return new Fingerprint(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
  }

  @Override
  public int compareTo(Fingerprint other) {
    int order = Long.compareUnsigned(high, other.high);
    return order != 0 ? order : Long.compareUnsigned(low, other.low);
  }

  /** Returns 32 lower-case hex digits. */
  @Override
  public String toString() {
    return String.format("%016x%016x", high, low);
  }
}

package io.skald.logql.pipeline.match;

import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A literal of one or more bytes and the search for it in a range of bytes; optionally ASCII
 * letters match in either case.
 *
 * <p>The search compares two bytes of the literal, its first and its last, at many positions at
 * once and looks at the rest only where both agree (W. Mula, "SIMD-friendly algorithms for
 * substring searching"). Log lines are short and end anywhere, so the last step reads past the end
 * of the range where the array allows it and ignores what it finds there; only the very end of an
 * array is searched byte by byte.
 *
 * <p>Letters in either case: both sides are compared with bit 0x20 set, which is a superset of
 * equal letters, and the byte-by-byte check decides.
 */
public final class ByteSearch {
  /** Must be a constant for the compiler: passed as a value, every operation is a call. */
  private static final VectorSpecies<Byte> SPECIES = ByteVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();
  private static final byte CASE_BIT = 0x20;

  private final byte[] literal;
  private final boolean ignoreCase;
  private final byte first;
  private final byte last;

  private ByteSearch(byte[] literal, boolean ignoreCase) {
    if (literal.length == 0) {
      throw new IllegalArgumentException("an empty literal is everywhere");
    }
    this.literal = literal;
    this.ignoreCase = ignoreCase;
    this.first = ignoreCase ? (byte) (literal[0] | CASE_BIT) : literal[0];
    byte end = literal[literal.length - 1];
    this.last = ignoreCase ? (byte) (end | CASE_BIT) : end;
  }

  /**
   * @throws IllegalArgumentException if the literal is empty
   */
  public static ByteSearch of(byte[] literal) {
    return new ByteSearch(literal.clone(), false);
  }

  /**
   * Returns a search in which ASCII letters match in either case; other bytes match themselves.
   *
   * @throws IllegalArgumentException if the literal is empty
   */
  public static ByteSearch ignoringAsciiCase(byte[] literal) {
    byte[] lower = new byte[literal.length];
    boolean letters = false;
    for (int i = 0; i < literal.length; i++) {
      lower[i] = lowerCase(literal[i]);
      letters |= lower[i] >= 'a' && lower[i] <= 'z';
    }
    return new ByteSearch(lower, letters);
  }

  /** Returns the literal; in lower case if case is ignored. */
  public byte[] literal() {
    return literal.clone();
  }

  public int length() {
    return literal.length;
  }

  public boolean ignoresCase() {
    return ignoreCase;
  }

  /** Returns where the literal first begins in {@code area[from, to)}, wholly inside, or -1. */
  public int find(byte[] area, int from, int to) {
    int end = to - literal.length + 1;
    if (from >= end) {
      return -1;
    }
    return ignoreCase ? findIgnoringCase(area, from, end) : findExact(area, from, end);
  }

  public boolean isIn(byte[] area, int from, int to) {
    return find(area, from, to) >= 0;
  }

  /** Searches the begin positions {@code [from, end)}. */
  private int findExact(byte[] area, int from, int end) {
    int toLast = literal.length - 1;
    int vectorEnd = Math.min(end, area.length - toLast - LANES + 1);
    int at = from;
    for (; at < vectorEnd; at += LANES) {
      long hits =
          ByteVector.fromArray(SPECIES, area, at)
              .eq(first)
              .and(ByteVector.fromArray(SPECIES, area, at + toLast).eq(last))
              .toLong();
      while (hits != 0) {
        int position = at + Long.numberOfTrailingZeros(hits);
        if (position >= end) {
          return -1;
        }
        if (toLast < 2
            || Arrays.equals(area, position + 1, position + toLast, literal, 1, toLast)) {
          return position;
        }
        hits &= hits - 1;
      }
    }
    for (; at < end; at++) {
      if (area[at] == first
          && area[at + toLast] == last
          && Arrays.equals(area, at, at + literal.length, literal, 0, literal.length)) {
        return at;
      }
    }
    return -1;
  }

  private int findIgnoringCase(byte[] area, int from, int end) {
    int toLast = literal.length - 1;
    int vectorEnd = Math.min(end, area.length - toLast - LANES + 1);
    int at = from;
    for (; at < vectorEnd; at += LANES) {
      long hits =
          ByteVector.fromArray(SPECIES, area, at)
              .or(CASE_BIT)
              .eq(first)
              .and(ByteVector.fromArray(SPECIES, area, at + toLast).or(CASE_BIT).eq(last))
              .toLong();
      while (hits != 0) {
        int position = at + Long.numberOfTrailingZeros(hits);
        if (position >= end) {
          return -1;
        }
        if (equalsIgnoringCase(area, position)) {
          return position;
        }
        hits &= hits - 1;
      }
    }
    for (; at < end; at++) {
      if ((area[at] | CASE_BIT) == first && equalsIgnoringCase(area, at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean equalsIgnoringCase(byte[] area, int at) {
    for (int i = 0; i < literal.length; i++) {
      if (lowerCase(area[at + i]) != literal[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte lowerCase(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }
}

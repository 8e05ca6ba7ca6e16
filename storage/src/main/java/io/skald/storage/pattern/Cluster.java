package io.skald.storage.pattern;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of one shape and level that count as one pattern. It begins as a copy of its first line and
 * only ever gets more general, so that its text matches every line it ever took. Guarded by the
 * lock of its miner.
 */
final class Cluster {
  private static final int OVERHEAD_BYTES = 256;
  private static final int BYTES_PER_TOKEN = Long.BYTES + 2 * Integer.BYTES;

  /** Lines after which a number that was the same in all of them counts as literal text. */
  private static final int MIN_LINES_FOR_FIXED = 4;

  final String level;
  final long key;
  private final byte[] line;
  private final int count;
  private final int[] starts;
  private final int[] ends;
  private final long[] hashes;

  /** Bit i: token i names what follows, as in {@code name=} or {@code "name":}. */
  private final long names;

  /** Bit i: token i has a digit or is the rest of a long line. */
  private final long variable;

  /** Bit i: token i was literal text and turned out to vary. */
  private long varying;

  /** Bit i: token i is variable but has been the same in all lines. */
  private long fixed;

  private long wide;
  private long lines;
  private @Nullable String text;

  /** When the cluster last took a line, in lines of the stream. */
  long lastUsed;

  /** Where the lines of the block that is being mined are counted. */
  @Nullable Tally tally;

  boolean evicted;

  /**
   * @param key of the group that it is in
   */
  Cluster(LineTokens tokens, byte[] area, int start, int end, String level, long key) {
    this.level = level;
    this.key = key;
    this.count = tokens.count;
    int length = (tokens.tail ? tokens.starts[count - 1] : end) - start;
    this.line = Arrays.copyOfRange(area, start, start + length);
    this.starts = relative(tokens.starts, count, start);
    this.ends = relative(tokens.ends, count, start);
    if (tokens.tail) {
      ends[count - 1] = length;
    }
    this.hashes = Arrays.copyOf(tokens.hashes, count);
    this.variable = tokens.variable;
    this.fixed = tokens.tail ? variable & ~(1L << (count - 1)) : variable;
    this.wide = tokens.wide;
    this.names = names();
  }

  private static int[] relative(int[] offsets, int count, int start) {
    int[] result = new int[count];
    for (int i = 0; i < count; i++) {
      result[i] = offsets[i] - start;
    }
    return result;
  }

  private long names() {
    long found = 0;
    for (int i = 0; i < count; i++) {
      int at = ends[i];
      if (at < line.length && line[at] == '"') {
        at++;
      }
      if (at < line.length && (line[at] == '=' || line[at] == ':')) {
        found |= 1L << i;
      }
    }
    return found;
  }

  long memoryBytes() {
    return OVERHEAD_BYTES + line.length + (long) BYTES_PER_TOKEN * count;
  }

  /** Returns whether a line of the same shape has the same literal text. */
  boolean matches(LineTokens tokens) {
    long captures = variable | varying;
    for (int i = 0; i < count; i++) {
      if (hashes[i] != tokens.hashes[i] && (captures >>> i & 1) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether both came to the same group by the same number of tokens. */
  boolean comparable(LineTokens tokens) {
    return count == tokens.count;
  }

  /**
   * Returns which literal tokens differ from those of a line of the same shape, or -1 if a name or
   * the first of them does: then the lines say different things.
   */
  long differences(LineTokens tokens) {
    long captures = variable | varying;
    long result = 0;
    boolean first = true;
    for (int i = 0; i < count; i++) {
      if ((captures >>> i & 1) == 0) {
        boolean differs = hashes[i] != tokens.hashes[i];
        if (differs && (first || (names >>> i & 1) != 0)) {
          return -1;
        }
        result |= differs ? 1L << i : 0;
        first = false;
      }
    }
    return result;
  }

  /**
   * Returns the share of the first line's words, literal tokens that are no names, that would be
   * literal still if {@code differences} varied too.
   */
  double similarity(long differences) {
    int words = count - Long.bitCount(variable | names);
    return words == 0 ? 1 : (double) (words - Long.bitCount(varying | differences)) / words;
  }

  void generalise(long differences) {
    varying |= differences;
    text = null;
  }

  /** Counts a line that matches. */
  void take(LineTokens tokens, byte[] area) {
    lines++;
    if ((tokens.wide & ~wide) != 0) {
      wide |= tokens.wide;
      text = null;
    }
    for (long left = fixed; left != 0; left &= left - 1) {
      int i = Long.numberOfTrailingZeros(left);
      if (!sameText(i, area, tokens.starts[i], tokens.ends[i])) {
        fixed &= ~(1L << i);
        text = null;
      }
    }
    if (lines == MIN_LINES_FOR_FIXED) {
      text = null;
    }
  }

  private boolean sameText(int token, byte[] area, int from, int to) {
    return Arrays.equals(line, starts[token], ends[token], area, from, to);
  }

  /** Returns the pattern as it is now. */
  String text() {
    String current = text;
    if (current == null) {
      long shown = lines >= MIN_LINES_FOR_FIXED ? fixed : 0;
      current = PatternText.render(line, count, starts, ends, (variable & ~shown) | varying, wide);
      text = current;
    }
    return current;
  }
}

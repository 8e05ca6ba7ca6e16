package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.Comparator;

/**
 * Orders label sets by their text, {@code {a="1", b="2"}}, as UTF-8 bytes: the order of streams and
 * of the series of a matrix in an answer. A set comes behind those that it is a prefix of, because
 * its brace closes earlier.
 */
final class LabelText {
  static final Comparator<Labels> ORDER = (a, b) -> compare(a.toString(), b.toString());

  /** What a set takes beyond the text of its values; names are mostly shared. */
  private static final int SET_BYTES = 32;

  /** What a value takes beyond its text, and the references to it and its name. */
  private static final int PAIR_BYTES = 48;

  private LabelText() {}

  /** Returns what a label set takes, for the memory budget; values may be as long as lines. */
  static long bytes(Labels labels) {
    long bytes = SET_BYTES;
    for (int i = 0; i < labels.size(); i++) {
      bytes += PAIR_BYTES + labels.value(i).length();
    }
    return bytes;
  }

  private static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Surrogates stand for code points above all other characters, which UTF-16 hides.
        boolean surrogates = Character.isSurrogate(x) == Character.isSurrogate(y);
        return surrogates ? x - y : Character.isSurrogate(x) ? 1 : -1;
      }
    }
    return a.length() - b.length();
  }
}

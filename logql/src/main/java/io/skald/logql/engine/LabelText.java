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

  private LabelText() {}

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

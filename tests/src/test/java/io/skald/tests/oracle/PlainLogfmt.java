package io.skald.tests.oracle;

import java.util.ArrayList;
import java.util.List;

/** Reads the pairs of a logfmt line. */
final class PlainLogfmt {
  /** A key and its value, "" for a bare key; the key is not sanitised. */
  record Pair(String key, String value) {}

  /**
   * @param malformed whether a token was skipped, or ended the reading
   */
  record Pairs(List<Pair> pairs, boolean malformed) {}

  private PlainLogfmt() {}

  /**
   * @param strict whether reading stops at the first malformed token
   */
  static Pairs read(String line, boolean strict) {
    List<Pair> pairs = new ArrayList<>();
    boolean malformed = false;
    int at = 0;
    while (at < line.length()) {
      if (line.charAt(at) <= ' ') {
        at++;
        continue;
      }
      int from = at;
      while (at < line.length()
          && line.charAt(at) > ' '
          && line.charAt(at) != '='
          && line.charAt(at) != '"') {
        at++;
      }
      String key = line.substring(from, at);
      boolean bad = key.isEmpty() || (at < line.length() && line.charAt(at) == '"');
      String value = "";
      if (!bad && at < line.length() && line.charAt(at) == '=') {
        at++;
        if (at < line.length() && line.charAt(at) == '"') {
          int end = closingQuote(line, at + 1);
          if (end < 0) {
            return new Pairs(pairs, true); // an unterminated quote takes the rest of the line
          }
          value = unquote(line.substring(at + 1, end));
          at = end + 1;
        } else {
          int start = at;
          while (at < line.length() && line.charAt(at) > ' ') {
            at++;
          }
          value = line.substring(start, at);
          bad = value.indexOf('=') >= 0 || value.indexOf('"') >= 0;
        }
      }
      if (bad) {
        malformed = true;
        if (strict) {
          return new Pairs(pairs, true);
        }
        while (at < line.length() && line.charAt(at) > ' ') {
          at++;
        }
      } else {
        pairs.add(new Pair(key, value));
      }
    }
    return new Pairs(pairs, malformed);
  }

  private static int closingQuote(String line, int from) {
    for (int i = from; i < line.length(); i++) {
      if (line.charAt(i) == '\\') {
        i++;
      } else if (line.charAt(i) == '"') {
        return i;
      }
    }
    return -1;
  }

  private static String unquote(String text) {
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"");
  }
}

package io.skald.agent.pipeline;

import com.google.re2j.Pattern;
import io.skald.common.values.RegexErrors;
import java.util.ArrayList;
import java.util.List;

/**
 * A regular expression with the names of its groups. A name may stand several times, which RE2/J
 * refuses: named groups are compiled as plain ones, and their names kept here by number.
 *
 * @param names by the number of the group, "" for one without; index 0 is the whole match
 */
record NamedGroups(Pattern pattern, List<String> names) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");

  NamedGroups {
    names = List.copyOf(names);
  }

  /**
   * @throws IllegalArgumentException if the expression is not valid
   */
  static NamedGroups compile(String expression) {
    StringBuilder plain = new StringBuilder(expression.length());
    List<String> names = new ArrayList<>();
    names.add("");
    int at = 0;
    while (at < expression.length()) {
      int next = skipLiteral(expression, at);
      if (next > at) {
        plain.append(expression, at, next);
        at = next;
        continue;
      }
      if (expression.charAt(at) != '(') {
        plain.append(expression.charAt(at++));
        continue;
      }
      int nameStart =
          expression.startsWith("(?P<", at)
              ? at + 4
              : expression.startsWith("(?<", at) ? at + 3 : 0;
      int nameEnd = nameStart == 0 ? -1 : expression.indexOf('>', nameStart);
      if (nameEnd > 0 && NAME.matches(expression.substring(nameStart, nameEnd))) {
        names.add(expression.substring(nameStart, nameEnd));
        plain.append('(');
        at = nameEnd + 1;
      } else {
        if (!expression.startsWith("(?", at)) {
          names.add("");
        }
        plain.append('('); // a wrong name is refused by the compiler
        at++;
      }
    }
    return new NamedGroups(RegexErrors.compile(plain.toString()), names);
  }

  /** Returns the end of an escape, a quotation or a class at {@code at}; {@code at} if none. */
  private static int skipLiteral(String expression, int at) {
    char c = expression.charAt(at);
    if (expression.startsWith("\\Q", at)) {
      int end = expression.indexOf("\\E", at);
      return end < 0 ? expression.length() : end + 2;
    }
    if (c == '\\') {
      return Math.min(at + 2, expression.length());
    }
    return c == '[' ? classEnd(expression, at) : at;
  }

  private static int classEnd(String expression, int open) {
    int at = open + 1;
    if (at < expression.length() && expression.charAt(at) == '^') {
      at++;
    }
    boolean first = true;
    while (at < expression.length() && (first || expression.charAt(at) != ']')) {
      first = false;
      if (expression.startsWith("[:", at) && expression.indexOf(":]", at) > 0) {
        at = expression.indexOf(":]", at) + 2;
      } else {
        at += expression.charAt(at) == '\\' ? 2 : 1;
      }
    }
    return Math.min(at + 1, expression.length());
  }
}

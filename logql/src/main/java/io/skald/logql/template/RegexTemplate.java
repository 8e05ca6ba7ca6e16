package io.skald.logql.template;

import com.google.re2j.Pattern;
import java.util.Map;

/**
 * The replacement text of a regular expression: {@code $1}, {@code ${name}}, {@code $$}, as Go's
 * {@code Regexp.Expand} reads it. A reference that names no group stands for nothing. Unlike {@link
 * io.skald.common.values.GroupTemplate} it works on byte strings, which need not be UTF-8.
 */
final class RegexTemplate {
  private RegexTemplate() {}

  /**
   * Appends the replacement of a match.
   *
   * @param replacement a byte string
   * @param search stands at a match in {@code text}
   */
  static void expand(
      StringBuilder out, String replacement, Pattern pattern, RegexSearch search, String text) {
    int at = 0;
    while (at < replacement.length()) {
      int dollar = replacement.indexOf('$', at);
      if (dollar < 0) {
        break;
      }
      out.append(replacement, at, dollar);
      int nameStart = dollar + 1;
      if (replacement.startsWith("$", nameStart)) {
        out.append('$');
        at = nameStart + 1;
        continue;
      }
      boolean braced = replacement.startsWith("{", nameStart);
      nameStart += braced ? 1 : 0;
      int nameEnd = nameEnd(replacement, nameStart);
      boolean closed = !braced || replacement.startsWith("}", nameEnd);
      if (nameEnd == nameStart || !closed) {
        // Not a reference: the dollar stands for itself.
        out.append('$');
        at = dollar + 1;
        continue;
      }
      appendGroup(out, replacement.substring(nameStart, nameEnd), pattern, search, text);
      at = nameEnd + (braced ? 1 : 0);
    }
    out.append(replacement, at, replacement.length());
  }

  private static int nameEnd(String replacement, int start) {
    int end = start;
    while (end < replacement.length()) {
      int rune = ByteStrings.runeAt(replacement, end);
      if (!Character.isLetterOrDigit(rune) && rune != '_') {
        break;
      }
      end += ByteStrings.runeLength(replacement, end);
    }
    return end;
  }

  private static void appendGroup(
      StringBuilder out, String name, Pattern pattern, RegexSearch search, String text) {
    int group;
    if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      // Nobody has a million groups; a longer number names none either.
      group = name.length() > 6 ? -1 : Integer.parseInt(name);
    } else {
      Map<String, Integer> named = pattern.namedGroups();
      group = named.getOrDefault(ByteStrings.toText(name), -1);
    }
    if (group >= 0 && group <= search.groupCount() && search.start(group) >= 0) {
      out.append(text, search.start(group), search.end(group));
    }
  }
}

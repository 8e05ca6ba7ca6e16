package io.skald.common.values;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text with references to groups of a regex, in the form of Go's {@code Regexp.Expand}: {@code
 * $name} takes the longest run of letters, digits and underscores, {@code ${name}} ends at the
 * brace, {@code $$} is a dollar sign. An unknown group is empty; a dollar sign before anything else
 * stands for itself.
 */
public final class GroupTemplate {
  private sealed interface Part {
    record Text(String text) implements Part {}

    record Group(int number) implements Part {}
  }

  private final List<Part> parts = new ArrayList<>();

  /**
   * @param regex whose groups the template names
   */
  public GroupTemplate(String template, Pattern regex) {
    Map<String, Integer> groups = regex.namedGroups();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      char c = template.charAt(at);
      if (c != '$') {
        text.append(c);
        at++;
        continue;
      }
      if (template.startsWith("$$", at)) {
        text.append('$');
        at += 2;
        continue;
      }
      int end = referenceEnd(template, at);
      if (end < 0) {
        text.append('$');
        at++;
        continue;
      }
      if (!text.isEmpty()) {
        parts.add(new Part.Text(text.toString()));
        text.setLength(0);
      }
      int number = number(name(template, at, end), groups);
      if (number >= 0 && number <= regex.groupCount()) {
        parts.add(new Part.Group(number));
      }
      at = end;
    }
    if (!text.isEmpty()) {
      parts.add(new Part.Text(text.toString()));
    }
  }

  /** Returns the end of the reference that starts at {@code dollar}, or -1 if there is none. */
  private static int referenceEnd(String template, int dollar) {
    boolean braced = template.startsWith("${", dollar);
    int from = dollar + (braced ? 2 : 1);
    int end = from;
    while (end < template.length() && isNameCharacter(template.codePointAt(end))) {
      end += Character.charCount(template.codePointAt(end));
    }
    if (end == from || (braced && (end == template.length() || template.charAt(end) != '}'))) {
      return -1;
    }
    return braced ? end + 1 : end;
  }

  private static String name(String template, int dollar, int end) {
    return template.charAt(dollar + 1) == '{'
        ? template.substring(dollar + 2, end - 1)
        : template.substring(dollar + 1, end);
  }

  private static boolean isNameCharacter(int c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static int number(String name, Map<String, Integer> groups) {
    if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
      boolean leadingZero = name.length() > 1 && name.charAt(0) == '0';
      return leadingZero || name.length() > 4 ? -1 : Integer.parseInt(name);
    }
    return groups.getOrDefault(name, -1);
  }

  /** Returns the text with the groups of a match put in; one that took no part is empty. */
  public String expand(Matcher match) {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Part.Text(String text) -> out.append(text);
        case Part.Group(int number) -> {
          String group = match.group(number);
          out.append(group == null ? "" : group);
        }
      }
    }
    return out.toString();
  }
}
